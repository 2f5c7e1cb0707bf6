// disk.ts - an IDE disk: what its queue hands over is cut into segments, mapped, named to the controller, performed.
//
// blk_rq_map_sg and ide_build_dmatable of linux 2.6.12: the controller gets the bus address and the length of each
// segment, and nothing else. Its requests have at most 256 sectors, and no segment crosses 64 KB (ide_init_queue).

import { offset, PAGE_SIZE, type Phys, physOf, type Virt } from "../address.ts";
import { bdfOf } from "../event/register.ts";
import { type Access, deviceReads, deviceWrites } from "../platform/bus-master.ts";
import type { DmaDevice, DmaMapping, Mapping } from "../platform/dma.ts";
import { pageOf } from "../platform/dma.ts";
import { type Kernel, pagesOn } from "../platform/kernel.ts";
import { newBio } from "./bio.ts";
import { addPage } from "./filling.ts";
import { Joining } from "./joining.ts";
import { EIO, Queue } from "./queue.ts";
import type { Request } from "./request.ts";
import { segmentsOf } from "./segments.ts";

const SECTOR = 512;
const SECTORS_A_PAGE = PAGE_SIZE / SECTOR;
/** 32 MB. */
const SECTORS = 65536;
/** PRD_ENTRIES: elements of the controller's table. */
const PRD_ENTRIES = 256;
/** BIO_MAX_PAGES. */
const MOST_PAGES = 256;

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
  readonly #joining: Joining;
  readonly #queue: Queue;
  #requests = 0;
  #bios = 0;
  /** The transfer under way: its pages' addresses in the kernel, and what came of it so far. */
  #virts = new Map<Phys, Virt>();
  #outcome: { ret: number; handles: Mapping["handle"][]; moved: (number | null)[] } = nothing();
  /** The tag of each block of 4096 bytes; a new disk is all zeroes. */
  readonly #blocks = new Map<number, number>();

  constructor(kernel: Kernel, mapping: DmaMapping) {
    this.#kernel = kernel;
    this.#mapping = mapping;
    const { wordBits, ram, iommu } = kernel.platform;
    const isWide = wordBits === 64;
    this.#device = isWide ? { ...controller, lines: 52, mask: 2 ** 52 - 1 } : controller;
    this.#joining = new Joining(kernel, 0);
    const bouncePfn = this.#joining.pfnOf(physOf(ram.first)) + ram.pages;
    const disk = { name: "hda", sectors: SECTORS, bouncePfn, enough: 4 };
    this.#queue = new Queue(kernel, this.#joining, disk, {
      serve: (request) => this.#serve(request),
      ended: (_, error) => {
        if (error !== 0) this.#outcome.ret = error;
      },
    });
    // ide_init_queue: an IOMMU could break a piece in two.
    const segments = iommu === null ? PRD_ENTRIES : PRD_ENTRIES / 2;
    this.#queue.limits = {
      ...this.#queue.limits,
      ...{ maxSectors: 256, boundary: 0xffffn, hwSegments: segments, physSegments: segments },
    };
  }

  /** Moves whole pages between memory and the disk, from a block of 4096 bytes on; -EIO past its end. */
  request(what: "read" | "write", block: number, run: Run): Outcome {
    this.#outcome = nothing();
    this.#virts = new Map(run.pages.map((page, i) => [page, run.virts[i]!]));
    let sector = block * SECTORS_A_PAGE;
    for (let at = 0; at < run.pages.length; ) {
      const bio = newBio(++this.#bios, sector, what === "write" ? 1 : 0, MOST_PAGES)!;
      const first = at;
      while (at < run.pages.length) {
        const vec = { page: run.pages[at]!, offset: 0, length: PAGE_SIZE };
        if (addPage(this.#joining, this.#queue.limits, bio, vec) === 0) break;
        at++;
      }
      sector += (at - first) * SECTORS_A_PAGE;
      this.#queue.submit(bio);
    }
    this.#queue.unplug();
    const { ret, handles, moved } = this.#outcome;
    return { ret, segments: handles.length, handles, moved };
  }

  /** do_rw_taskfile and ide_build_dmatable: the list is mapped, named to the controller and carried out. */
  #serve(taken: Request): number {
    const what = taken.rw === 1 ? "write" : "read";
    const request = ++this.#requests;
    const size = taken.sectors * SECTOR;
    const about = { request, what, layer: "block", lba: taken.sector, size } as const;
    this.#kernel.machine.emit({
      kind: "request.issued",
      actor: "kernel",
      place: "generic_make_request",
      ...about,
    });
    const mappings = this.#map(what, taken);
    if (mappings !== null) {
      for (const mapping of mappings) this.#describe(mapping);
      this.#kernel.machine.emit({ kind: "request.fetched", actor: "device", ...about });
      const block = taken.sector / SECTORS_A_PAGE;
      this.#outcome.moved.push(...this.#carryOut(what, block, mappings));
      for (const mapping of mappings) this.#mapping.unmap(mapping);
      this.#outcome.handles.push(...mappings.map(({ handle }) => handle));
    }
    const by = { actor: "kernel", place: "end_that_request_first" } as const;
    this.#kernel.machine.emit({ kind: "request.completed", ...by, ...about });
    return mappings === null ? EIO : 0;
  }

  /** dma_map_sg over the segments; null where one of them cannot be mapped: the others are unmapped again. */
  #map(what: "read" | "write", request: Request): Mapping[] | null {
    const mappings: Mapping[] = [];
    for (const { page, length } of segmentsOf(
      this.#kernel,
      this.#joining,
      this.#queue.limits,
      request,
    )) {
      const pages = Array.from({ length: length / PAGE_SIZE }, (_, i) => pagesOn(page, i));
      const mapping = this.#mapping.map({
        device: this.#device,
        direction: what === "read" ? "from-device" : "to-device",
        virt: this.#virts.get(page)!,
        span: { pages, start: 0, size: length },
        believed: page,
        place: "dma_map_sg",
      });
      if (typeof mapping === "string") {
        for (const made of mappings) this.#mapping.unmap(made);
        return null;
      }
      mappings.push(mapping);
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
}

/** What came of a transfer of which nothing is done yet. */
const nothing = () => ({ ret: 0, handles: [], moved: [] });

/** Pages to transfer, and the kernel's address of each. */
export interface Run {
  readonly pages: readonly Phys[];
  readonly virts: readonly Parameters<Kernel["physOf"]>[0][];
}
