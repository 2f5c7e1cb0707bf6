// disk.ts - an IDE disk: what its queue hands over is cut into segments, mapped, named to the controller, performed.
//
// blk_rq_map_sg and ide_build_dmatable of linux 2.6.12: the controller gets the bus address and the length of each
// segment, cut at each 64 KB, and nothing else. Its requests have at most 256 sectors (ide_init_queue).

import { type Bus, bus, distance, offset, PAGE_SIZE, type Phys, physOf } from "../address.ts";
import { bdfOf } from "../event/register.ts";
import { type Access, deviceReads, deviceWrites } from "../platform/bus-master.ts";
import type { DmaApi, MappedList } from "../platform/dma/api.ts";
import { type DmaDevice, type Element, element } from "../platform/dma/code.ts";
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
/** An entry's 16 bits of length and address. */
const REACH = 0x10000;
/** BIO_MAX_PAGES. */
const MOST_PAGES = 256;

/** An IDE controller: PCI function 1 of the south bridge, with 32 address lines. */
const controller: DmaDevice = { bdf: bdfOf("0000:00:07.1"), lines: 32, mask: 2 ** 32 - 1 };

/** The result of a request. */
export interface Outcome {
  readonly ret: number;
  /** How many segments the controller got. */
  readonly segments: number;
  readonly handles: readonly Bus[];
  /** The tags that the disk read from memory or wrote there. */
  readonly moved: readonly (number | null)[];
}

export class Disk {
  readonly #kernel: Kernel;
  readonly #dma: DmaApi;
  readonly #device: DmaDevice;
  readonly #joining: Joining;
  readonly #queue: Queue;
  #requests = 0;
  #bios = 0;
  /** What came of the transfer under way so far. */
  #outcome: { ret: number; handles: Bus[]; moved: (number | null)[] } = nothing();
  /** The tag of each block of 4096 bytes; a new disk is all zeroes. */
  readonly #blocks = new Map<number, number>();

  constructor(kernel: Kernel, dma: DmaApi) {
    this.#kernel = kernel;
    this.#dma = dma;
    const { wordBits, ram, dma: rules } = kernel.platform;
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
    const isPhysical = ["direct", "swiotlb"].includes(rules.code.name);
    const segments = isPhysical ? PRD_ENTRIES : PRD_ENTRIES / 2;
    this.#queue.limits = {
      ...this.#queue.limits,
      ...{ maxSectors: 256, boundary: 0xffffn, hwSegments: segments, physSegments: segments },
    };
  }

  /** Moves whole pages between memory and the disk, from a block of 4096 bytes on; -EIO past its end. */
  request(what: "read" | "write", block: number, pages: readonly Phys[]): Outcome {
    this.#outcome = nothing();
    let sector = block * SECTORS_A_PAGE;
    for (let at = 0; at < pages.length; ) {
      const bio = newBio(++this.#bios, sector, what === "write" ? 1 : 0, MOST_PAGES)!;
      const first = at;
      while (at < pages.length) {
        const vec = { page: pages[at]!, offset: 0, length: PAGE_SIZE };
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
    const list = this.#listOf(taken);
    const direction = what === "read" ? "from-device" : "to-device";
    const mapped = this.#dma.mapSg(this.#device, list, direction);
    const isMapped = mapped.segments.length > 0;
    if (isMapped) {
      this.#outcome.handles.push(...this.#describe(mapped));
      this.#kernel.machine.emit({ kind: "request.fetched", actor: "device", ...about });
      const block = taken.sector / SECTORS_A_PAGE;
      this.#outcome.moved.push(...this.#carryOut(what, block, mapped));
      this.#dma.unmapSg(this.#device, list, list.length, direction);
    }
    const by = { actor: "kernel", place: "end_that_request_first" } as const;
    this.#kernel.machine.emit({ kind: "request.completed", ...by, ...about });
    return isMapped ? 0 : EIO;
  }

  /** blk_rq_map_sg. */
  #listOf(request: Request): Element[] {
    const { limits } = this.#queue;
    return segmentsOf(this.#kernel, this.#joining, limits, request).map(
      ({ page, offset: start, length }) => element(page, start, length),
    );
  }

  /** ide_build_dmatable: no entry of the table that the controller reads crosses 64 KB; returns where each begins. */
  #describe({ segments, mappings }: MappedList): Bus[] {
    const begins: Bus[] = [];
    for (const [address, size] of segments)
      for (let done = 0; done < size; ) {
        const at = offset(address, done);
        const bytes = Math.min(REACH - (distance(bus(0), at) % REACH), size - done);
        for (const { handle, size, seq, target } of mappings) {
          const start = Math.max(distance(at, handle), 0);
          const within = Math.max(distance(handle, at), 0);
          const part = Math.min(bytes - start, size - within);
          if (part > 0) this.#entry(seq, offset(at, start), offset(target, within), part);
        }
        begins.push(at);
        done += bytes;
      }
    return begins;
  }

  /** An entry of the table, or what of it lies in one element of the list. */
  #entry(cause: number, address: Bus, phys: Phys, size: number): void {
    this.#kernel.machine.emit({
      kind: "descriptor.written",
      actor: "driver",
      place: "ide_build_dmatable",
      cause,
      device: this.#device.bdf,
      phys,
      machine: this.#kernel.machineOf(phys),
      bus: address,
      size,
    });
  }

  #carryOut(what: "read" | "write", block: number, { mappings }: MappedList) {
    const moved: (number | null)[] = [];
    for (const { handle, seq, target, size } of mappings)
      for (let i = 0; i < size / PAGE_SIZE; i++) {
        const access: Access = {
          device: this.#device,
          address: pagesOn(handle, i),
          size: PAGE_SIZE,
          target: pagesOn(target, i),
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
