// swiotlb.ts - the pool of bounce buffers that Xen's dom0 has from August 2005 on.
//
// lib/swiotlb.c as xen f31042c4c4 (16 August 2005) took it over: slabs of 2 KB, segments of 128 of them, each
// segment made machine-contiguous at boot. Whether a handle is in the pool must be tested by its bus address: the
// first version tested another space and was corrected two days later (xen f3d1875ab6).

import {
  type Bus,
  distance,
  mfnOf,
  misreadAsPhys,
  offset,
  onBus,
  PAGE_SIZE,
  type Phys,
  pageOffset,
  physOf,
  untranslated,
} from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { assert } from "../fault.ts";
import type { CoherentMemory } from "./coherent.ts";
import { type Kernel, pagesOn } from "./kernel.ts";

/** IO_TLB_SHIFT and IO_TLB_SEGSIZE. */
const SLAB = 2048;
const SEGMENT = 128;
const SEGMENT_ORDER = Math.log2((SLAB * SEGMENT) / PAGE_SIZE);
const SLABS_A_PAGE = PAGE_SIZE / SLAB;

/** A range of bytes: the pages that they are in, and where in the first they begin. */
export interface Span {
  readonly pages: readonly Phys[];
  readonly start: number;
  readonly size: number;
}

/** The slabs that stand in for a buffer. */
export interface Slot {
  readonly first: number;
  readonly slabs: number;
  readonly phys: Phys;
  readonly bus: Bus;
}

export class Swiotlb {
  readonly #kernel: Kernel;
  readonly #used: Uint8Array;
  #start: Phys | null = null;
  /** io_tlb_index: the search starts behind the slot that was taken last. */
  #index = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#used = new Uint8Array(kernel.platform.dma.bouncePool / SLAB);
  }

  /** swiotlb_init: allocates the pool and exchanges each segment's frames for contiguous ones. */
  boot(coherent: CoherentMemory): void {
    const pages = this.#used.length / SLABS_A_PAGE;
    const order = Math.log2(pages);
    const pool = this.#kernel.allocate("alloc_bootmem", order, "kernel", "swiotlb_init");
    assert(pool !== null, () => "no memory for the swiotlb at boot");
    this.#start = this.#kernel.physOf(pool);
    for (let page = 0; page < pages; page += 2 ** SEGMENT_ORDER)
      coherent.makeContiguous(pagesOn(pool, page), SEGMENT_ORDER);
  }

  /** Slabs for so many bytes, all in one segment; null where none are free. */
  take(size: number): Slot | null {
    const slabs = Math.ceil(size / SLAB);
    // A buffer larger than a page begins at the start of a page.
    const stride = size > PAGE_SIZE ? SLABS_A_PAGE : 1;
    const first = this.#find(slabs, stride);
    if (first === null) return null;
    this.#used.fill(1, first, first + slabs);
    this.#index = (first + slabs) % this.#used.length;
    const phys = offset(this.#start!, first * SLAB);
    return { first, slabs, phys, bus: onBus(this.#kernel.machineOf(phys)!) };
  }

  give({ first, slabs }: Slot): void {
    this.#used.fill(0, first, first + slabs);
  }

  /** Whether a handle is one of the pool's, by the platform's own test. */
  holds(handle: Bus): boolean {
    const { poolTest } = this.#kernel.platform.dma;
    const phys = poolTest === "phys" ? misreadAsPhys(handle) : this.#physOf(handle);
    if (phys === null) return false;
    const at = distance(this.#start!, phys);
    return at >= 0 && at < this.#used.length * SLAB;
  }

  /** The CPU copies between a buffer, page by page, and its slot. */
  copy(direction: Of<"page.copied">["direction"], slot: Slot, { pages, start, size }: Span): void {
    for (let done = 0; done < size; ) {
      const at = start + done;
      const buffer = offset(pages[Math.floor(at / PAGE_SIZE)]!, at % PAGE_SIZE);
      const stand = offset(slot.phys, done);
      const room = PAGE_SIZE - Math.max(pageOffset(buffer), pageOffset(stand));
      const bytes = Math.min(room, size - done);
      const [from, to] = direction === "to-slot" ? [buffer, stand] : [stand, buffer];
      const reached = this.#kernel.machineOf(to)!;
      this.#kernel.machine.emit({
        kind: "page.copied",
        actor: "cpu",
        place: "__sync_single",
        frame: mfnOf(reached),
        direction,
        phys: from,
        machine: this.#kernel.machineOf(from),
        reached,
        size: bytes,
      });
      done += bytes;
    }
  }

  #find(slabs: number, stride: number): number | null {
    const total = this.#used.length;
    const from = Math.ceil(this.#index / stride) * stride;
    for (let step = 0; step < total; step += stride) {
      const first = (from + step) % total;
      const last = first + slabs - 1;
      if (Math.floor(first / SEGMENT) !== Math.floor(last / SEGMENT)) continue;
      if (!this.#used.subarray(first, last + 1).includes(1)) return first;
    }
    return null;
  }

  /** machine_to_phys for this kernel's own frames; null for any other. */
  #physOf(handle: Bus): Phys | null {
    const page = this.#kernel.pageAt(mfnOf(untranslated(handle)));
    return page === null ? null : offset(physOf(page), pageOffset(handle));
  }
}
