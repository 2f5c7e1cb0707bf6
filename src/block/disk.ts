// disk.ts - requests to a disk: checked, cut into segments, mapped, written to the controller's table, performed.
//
// generic_make_request, blk_rq_map_sg and ide_build_dmatable of linux 2.6.12: the controller gets the bus
// address and the length of each segment, and nothing else.

import { offset, PAGE_SIZE, type Phys } from "../address.ts";
import { bdfOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import { type Access, deviceReads, deviceWrites } from "../platform/bus-master.ts";
import type { DmaDevice, DmaMapping, Mapping } from "../platform/dma.ts";
import { pageOf } from "../platform/dma.ts";
import type { Kernel } from "../platform/kernel.ts";
import { segmentsOf } from "./segments.ts";

const SECTOR = 512;
const SECTORS_A_PAGE = PAGE_SIZE / SECTOR;
/** 32 MB. */
const SECTORS = 65536;
const EIO = -5;

/** An IDE controller: PCI function 1 of the south bridge, with 32 address lines. */
const controller: DmaDevice = { bdf: bdfOf("0000:00:07.1"), lines: 32, mask: 2 ** 32 - 1 };

/** The result of a request. */
export interface Outcome {
  readonly ret: number;
  /** How many segments the controller got. */
  readonly segments: number;
  readonly handles: readonly Mapping["handle"][];
  /** The tags that the disk read from memory or wrote there. */
  readonly moved: readonly (number | null)[];
}

export class Disk {
  readonly #kernel: Kernel;
  readonly #mapping: DmaMapping;
  readonly #device: DmaDevice;
  #requests = 0;
  /** The tag of each block of 4096 bytes; a new disk is all zeroes. */
  readonly #blocks = new Map<number, number>();

  constructor(kernel: Kernel, mapping: DmaMapping) {
    this.#kernel = kernel;
    this.#mapping = mapping;
    const isWide = kernel.platform.wordBits === 64;
    this.#device = isWide ? { ...controller, lines: 52, mask: 2 ** 52 - 1 } : controller;
  }

  /** Moves whole pages between memory and the disk, from a block of 4096 bytes on; -EIO past its end. */
  request(what: "read" | "write", block: number, run: Run): Outcome {
    const sectors = run.pages.length * SECTORS_A_PAGE;
    const sector = block * SECTORS_A_PAGE;
    if (sector + sectors > SECTORS) {
      this.#refuse(what, sector + sectors);
      return { ret: EIO, segments: 0, handles: [], moved: [] };
    }
    const request = ++this.#requests;
    const size = sectors * SECTOR;
    const about = { request, what, layer: "block", lba: sector, size } as const;
    this.#kernel.machine.emit({
      kind: "request.issued",
      actor: "kernel",
      place: "generic_make_request",
      ...about,
    });
    const mappings = this.#map(what, run);
    const moved: (number | null)[] = [];
    if (mappings !== null) {
      for (const mapping of mappings) this.#describe(mapping);
      this.#kernel.machine.emit({ kind: "request.fetched", actor: "device", ...about });
      moved.push(...this.#carryOut(what, block, mappings));
      for (const mapping of mappings) this.#mapping.unmap(mapping);
    }
    const by = { actor: "kernel", place: "end_that_request_first" } as const;
    this.#kernel.machine.emit({ kind: "request.completed", ...by, ...about });
    const handles = (mappings ?? []).map(({ handle }) => handle);
    return { ret: mappings === null ? EIO : 0, segments: handles.length, handles, moved };
  }

  /** dma_map_sg over the segments; null where one of them cannot be mapped: the others are unmapped again. */
  #map(what: "read" | "write", run: Run): Mapping[] | null {
    const mappings: Mapping[] = [];
    let done = 0;
    for (const pages of segmentsOf(this.#kernel, run.pages)) {
      const mapping = this.#mapping.map({
        device: this.#device,
        direction: what === "read" ? "from-device" : "to-device",
        virt: run.virts[done]!,
        span: { pages, start: 0, size: pages.length * PAGE_SIZE },
        believed: pages[0]!,
        place: "dma_map_sg",
      });
      if (typeof mapping === "string") {
        for (const made of mappings) this.#mapping.unmap(made);
        return null;
      }
      mappings.push(mapping);
      done += pages.length;
    }
    return mappings;
  }

  /** An entry of the table that the controller reads. */
  #describe({ handle, seq, meant }: Mapping): void {
    const phys = pageOf(meant, 0);
    this.#kernel.machine.emit({
      kind: "descriptor.written",
      actor: "driver",
      place: "ide_build_dmatable",
      cause: seq,
      device: this.#device.bdf,
      phys,
      machine: this.#kernel.machineOf(phys),
      bus: handle,
      size: meant.size,
    });
  }

  #carryOut(what: "read" | "write", block: number, mappings: readonly Mapping[]) {
    const moved: (number | null)[] = [];
    for (const { handle, seq, meant } of mappings)
      for (let i = 0; i < meant.size / PAGE_SIZE; i++) {
        const access: Access = {
          device: this.#device,
          address: offset(handle, i * PAGE_SIZE),
          size: PAGE_SIZE,
          meant: pageOf(meant, i),
          cause: seq,
        };
        moved.push(this.#transfer(what, block + moved.length, access));
      }
    return moved;
  }

  #transfer(what: "read" | "write", block: number, access: Access): number | null {
    if (what === "read") {
      const tag = this.#blocks.get(block) ?? 0;
      deviceWrites(this.#kernel, access, tag);
      return tag;
    }
    const tag = deviceReads(this.#kernel, access);
    if (tag === null) this.#blocks.delete(block);
    else this.#blocks.set(block, tag);
    return tag;
  }

  /** bio_endio with -EIO, and the message of generic_make_request. */
  #refuse(what: "read" | "write", want: number): void {
    const log = (text: string) =>
      this.#kernel.machine.emit({
        kind: "message.logged",
        actor: "kernel",
        place: "generic_make_request",
        level: "info",
        text,
      } satisfies Of<"message.logged">);
    log("attempt to access beyond end of device");
    log(`hda: rw=${what === "write" ? 1 : 0}, want=${want}, limit=${SECTORS}`);
  }
}

/** Pages to transfer, and the kernel's address of each. */
export interface Run {
  readonly pages: readonly Phys[];
  readonly virts: readonly Parameters<Kernel["physOf"]>[0][];
}
