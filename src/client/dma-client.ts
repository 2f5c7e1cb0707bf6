// dma-client.ts - drivers of PCI devices: they map buffers, start accesses of their devices and read and write disks.
//
// A device uses the addresses that it got last, even after their mapping has ended.

import { hex, offset, PAGE_SIZE, type Phys } from "../address.ts";
import { EINVAL } from "../agpgart/bridge.ts";
import { Disk } from "../block/disk.ts";
import type { Facts } from "../event/field.ts";
import { bdfOf } from "../event/register.ts";
import { deviceReads, deviceWrites } from "../platform/bus-master.ts";
import type { Mapping } from "../platform/dma/api.ts";
import { type DmaDevice, type Element, element } from "../platform/dma/code.ts";
import { pagesOn } from "../platform/kernel.ts";
import type { Operation } from "../workload/operation.ts";
import {
  type Buffer,
  type BufferParts,
  Buffers,
  type DriverMapping,
  type Reach,
} from "./dma-buffers.ts";

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
  readonly #parts: BufferParts;
  readonly #buffers: Buffers;
  readonly #disk: Disk;
  readonly #devices = new Map<number, DmaDevice>();

  constructor(parts: BufferParts) {
    this.#parts = parts;
    this.#buffers = new Buffers(parts);
    this.#disk = new Disk(parts.kernel, parts.dma);
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
        if (buffer.mapped !== null) this.#sync(buffer.mapped, operation.side);
        return { ret: 0 };
      case "dma_unmap":
        if (buffer.mapped !== null) this.#unmap(buffer.mapped);
        buffer.mapped = null;
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
    const size = operation.bytes ?? buffer.pages.length * PAGE_SIZE;
    if (buffer.mapped !== null) return { ret: EINVAL, note: "is mapped" };
    if (size > buffer.pages.length * PAGE_SIZE) return { ret: EINVAL, note: "has fewer bytes" };
    return operation.by === "single"
      ? this.#mapSingle(operation, buffer, size)
      : this.#mapSg(operation, buffer, size);
  }

  /** dma_map_single, by the buffer's address. */
  #mapSingle(operation: Of<"dma_map">, buffer: Buffer, size: number): Facts {
    const { kernel, dma } = this.#parts;
    const { virts, pages } = buffer;
    const device = this.#device(operation.device);
    const { direction } = operation;
    const believed = kernel.physOf(virts[0]!);
    const { address, mapping } = dma.map("single", device, believed, size, direction, pages[0]!);
    if (mapping === null) return { ret: "dma_mapping_error", segments: 0, handles: [] };
    buffer.mapped = { by: "single", device, direction, address, size };
    buffer.reach = reachOf(mapping, pages);
    return { ret: 0, segments: 1, handles: [hex(address)] };
  }

  /** dma_map_sg, by page structures: an element for each run of pages. */
  #mapSg({ direction, segment, device: number }: Of<"dma_map">, buffer: Buffer, size: number) {
    if (size === 0) return { ret: EINVAL, note: "a list has bytes" };
    const device = this.#device(number);
    const list = listOf(buffer.pages.slice(0, Math.ceil(size / PAGE_SIZE)), size, segment);
    const { segments, mappings } = this.#parts.dma.mapSg(device, list, direction);
    if (segments.length === 0) return { ret: "dma_mapping_error", segments: 0, handles: [] };
    buffer.mapped = { by: "sg", device, direction, list };
    buffer.reach = mappings.flatMap((mapping) => reachOf(mapping));
    return { ret: 0, segments: segments.length, handles: segments.map(([at]) => hex(at)) };
  }

  #sync(mapping: DriverMapping, side: "cpu" | "device"): void {
    const { dma } = this.#parts;
    if (mapping.by === "sg") dma.syncSg(mapping.list, mapping.direction, side);
    else dma.sync(mapping.address, mapping.size, mapping.direction, side);
  }

  #unmap(mapping: DriverMapping): void {
    const { dma } = this.#parts;
    const { device, direction } = mapping;
    if (mapping.by === "sg") dma.unmapSg(device, mapping.list, mapping.list.length, direction);
    else dma.unmap("single", device, mapping.address, mapping.size, direction);
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
      if (access.target !== null) buffer.tags[i] = tag;
    }
    return { ret: 0 };
  }

  #access({ shared, mapped }: Buffer, reach: Reach) {
    const isLive = shared !== null || mapped !== null;
    return { ...reach, size: PAGE_SIZE, target: isLive ? reach.target : null };
  }

  #move(what: "read" | "write", block: number, { pages, tags }: Buffer): Facts {
    const { ret, segments, handles, moved } = this.#disk.request(what, block, pages);
    if (what === "read") for (const [i, tag] of moved.entries()) tags[i] = tag;
    return { ret, segments, handles: handles.map((handle) => hex(handle)) };
  }
}

/** A list whose elements are runs of pages that follow each other, up to so many bytes. */
function listOf(pages: readonly Phys[], size: number, segment: number): Element[] {
  const list: Element[] = [];
  for (let first = 0, end = 0; first < pages.length; first = end) {
    do end++;
    while (
      end < pages.length &&
      pages[end] === offset(pages[end - 1]!, PAGE_SIZE) &&
      (end - first) * PAGE_SIZE < segment
    );
    const bytes = Math.min((end - first) * PAGE_SIZE, size - first * PAGE_SIZE);
    list.push(element(pages[first]!, 0, bytes));
  }
  return list;
}

/** The pages that a device reaches by a mapping; `pages` are the buffer's, where they are not in a row. */
function reachOf(
  { device, handle, size, target, seq }: Mapping,
  pages: readonly Phys[] = [],
): Reach[] {
  const isBuffer = target === pages[0];
  return Array.from({ length: Math.ceil(size / PAGE_SIZE) }, (_, i) => ({
    device,
    address: pagesOn(handle, i),
    cause: seq,
    target: isBuffer ? pages[i]! : pagesOn(target, i),
  }));
}
