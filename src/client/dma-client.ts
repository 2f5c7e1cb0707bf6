// dma-client.ts - drivers of PCI devices: they map buffers, start accesses of their devices and read and write disks.
//
// A device uses the addresses that it got last, even after their mapping has ended.

import { hex, offset, PAGE_SIZE } from "../address.ts";
import { EINVAL } from "../agpgart/bridge.ts";
import { Disk } from "../block/disk.ts";
import type { Facts } from "../event/field.ts";
import { bdfOf } from "../event/register.ts";
import { deviceReads, deviceWrites } from "../platform/bus-master.ts";
import {
  type Asked,
  type DmaDevice,
  type DmaMapping,
  type Mapping,
  pageOf,
  pagesIn,
} from "../platform/dma.ts";
import { pagesOn } from "../platform/kernel.ts";
import type { Operation } from "../workload/operation.ts";
import { type Buffer, type BufferParts, Buffers, type Reach } from "./dma-buffers.ts";

export type DmaOperation = Extract<
  Operation,
  { readonly buffer: number } | { readonly op: "device" }
>;
type Of<O extends DmaOperation["op"]> = Extract<DmaOperation, { readonly op: O }>;
type Using = Exclude<DmaOperation, Of<"device" | "buffer" | "dma_alloc">>;

export const isOfDma = (operation: Operation): operation is DmaOperation =>
  operation.op === "device" || "buffer" in operation;

/** Address lines of a PCI device unless the workload says otherwise; addresses are exact below 2^52. */
const LINES = 64;
const highest = (lines: number): number => 2 ** Math.min(lines, 52) - 1;

/** The device in slot n of bus 2. */
const deviceIn = (slot: number, lines = LINES, mask: number | null = null): DmaDevice => ({
  bdf: bdfOf(`0000:02:${slot.toString(16)}.0`),
  lines: Math.min(lines, 52),
  mask: highest(mask ?? lines),
});

export class DmaClient {
  readonly #parts: BufferParts & { readonly mapping: DmaMapping };
  readonly #buffers: Buffers;
  readonly #disk: Disk;
  readonly #devices = new Map<number, DmaDevice>();

  constructor(parts: BufferParts & { readonly mapping: DmaMapping }) {
    this.#parts = parts;
    this.#buffers = new Buffers(parts);
    this.#disk = new Disk(parts.kernel, parts.mapping);
  }

  /** What their drivers would see: `ret`, handles, and how many pages had another content. */
  perform(operation: DmaOperation): Facts {
    switch (operation.op) {
      case "device": {
        const { device, lines, mask } = operation;
        this.#devices.set(device, deviceIn(device, lines, mask));
        return { ret: 0 };
      }
      case "buffer":
        return this.#buffers.make(operation.buffer, operation.pages, operation.kind);
      case "dma_alloc": {
        const { buffer, pages, device } = operation;
        return this.#buffers.makeCoherent(buffer, pages, this.#device(device));
      }
    }
    const buffer = this.#buffers.get(operation.buffer);
    if (buffer === undefined) return { ret: EINVAL, note: "no such buffer" };
    return this.#use(operation, buffer);
  }

  #use(operation: Using, buffer: Buffer): Facts {
    switch (operation.op) {
      case "buffer_free":
      case "dma_free":
        return this.#buffers.free(operation.buffer);
      case "cpu_write":
        return this.#buffers.write(buffer);
      case "cpu_read":
        return this.#buffers.read(buffer);
      case "dma_map":
        return this.#map(operation, buffer);
      case "dma_sync":
        for (const mapping of buffer.mappings) this.#parts.mapping.sync(mapping, operation.side);
        return { ret: 0 };
      case "dma_unmap":
        for (const mapping of buffer.mappings) this.#parts.mapping.unmap(mapping);
        buffer.mappings = [];
        return { ret: 0 };
      case "dma_read":
        return this.#read(buffer);
      case "dma_write":
        return this.#write(buffer);
      case "disk_read":
      case "disk_write":
        return this.#move(operation.op === "disk_read" ? "read" : "write", operation.block, buffer);
    }
  }

  #device(number: number): DmaDevice {
    return this.#devices.get(number) ?? deviceIn(number);
  }

  #map(operation: Of<"dma_map">, buffer: Buffer): Facts {
    if (buffer.mappings.length > 0) return { ret: EINVAL, note: "is mapped" };
    if ((operation.bytes ?? 0) > buffer.pages.length * PAGE_SIZE)
      return { ret: EINVAL, note: "has fewer bytes" };
    const mappings: Mapping[] = [];
    for (const asked of this.#asked(operation, buffer)) {
      const mapping = this.#parts.mapping.map(asked);
      if (typeof mapping === "string") {
        for (const made of mappings) this.#parts.mapping.unmap(made);
        return { ret: mapping, segments: 0, handles: [] };
      }
      mappings.push(mapping);
    }
    buffer.mappings = mappings;
    buffer.reach = mappings.flatMap(reachOf);
    const handles = mappings.map(({ handle }) => hex(handle));
    return { ret: 0, segments: handles.length, handles };
  }

  /** One mapping by the buffer's address, or a segment for each run of pages, by their page structures. */
  #asked({ direction, by, segment, bytes, device }: Of<"dma_map">, buffer: Buffer): Asked[] {
    const { virts, pages } = buffer;
    const all = bytes ?? pages.length * PAGE_SIZE;
    const common = { device: this.#device(device), direction } as const;
    if (by === "single") {
      const believed = this.#parts.kernel.physOf(virts[0]!);
      const span = { pages, start: 0, size: all };
      return [{ ...common, virt: virts[0]!, span, believed, place: "dma_map_single" }];
    }
    const asked: Asked[] = [];
    for (let first = 0, end = 0; first < pagesIn({ start: 0, size: all }); first = end) {
      do end++;
      while (
        end < pages.length &&
        pages[end] === offset(pages[end - 1]!, PAGE_SIZE) &&
        (end - first) * PAGE_SIZE < segment
      );
      const run = pages.slice(first, end);
      const size = Math.min(run.length * PAGE_SIZE, all - first * PAGE_SIZE);
      const span = { pages: run, start: 0, size };
      const place = "dma_map_sg";
      asked.push({ ...common, virt: virts[first]!, span, believed: run[0]!, place });
    }
    return asked;
  }

  #read(buffer: Buffer): Facts {
    let wrong = 0;
    for (const [i, reach] of buffer.reach.entries()) {
      const met = deviceReads(this.#parts.kernel, this.#access(buffer, reach));
      if (buffer.tags[i] !== null && met !== buffer.tags[i]) wrong++;
    }
    return { ret: 0, wrong_pages: wrong };
  }

  #write(buffer: Buffer): Facts {
    for (const [i, reach] of buffer.reach.entries()) {
      const tag = this.#parts.card.newTag();
      const access = this.#access(buffer, reach);
      deviceWrites(this.#parts.kernel, access, tag);
      if (access.meant !== null) buffer.tags[i] = tag;
    }
    return { ret: 0 };
  }

  #access({ handle, mappings }: Buffer, reach: Reach) {
    const isLive = handle !== null || mappings.length > 0;
    return { ...reach, size: PAGE_SIZE, meant: isLive ? reach.meant : null };
  }

  #move(what: "read" | "write", block: number, { pages, virts, tags }: Buffer): Facts {
    const { ret, segments, handles, moved } = this.#disk.request(what, block, { pages, virts });
    if (what === "read") for (const [i, tag] of moved.entries()) tags[i] = tag;
    return { ret, segments, handles: handles.map((handle) => hex(handle)) };
  }
}

const reachOf = ({ asked, handle, seq, meant }: Mapping): Reach[] =>
  Array.from({ length: pagesIn(asked.span) }, (_, i) => ({
    device: asked.device,
    address: pagesOn(handle, i),
    cause: seq,
    meant: pageOf(meant, i),
  }));
