// exchange.ts - frames exchanged with Xen, so that pages get frames in a row, or single ones again.
//
// xen_contig_memory of March 2005 (xen 2594f8caad, arch/xen/i386/kernel/pci-dma.c), xen_create_contiguous_region and
// xen_destroy_contiguous_region of August: each page loses its page-table entry, its P2M entry and its frame; the
// hypervisor is asked for other ones; then page-table entries, P2M and M2P are written.

import {
  alignUp,
  type Machine,
  type Mfn,
  machineOf,
  mfn,
  offset,
  PAGE_SIZE,
  pfnOf,
  type Virt,
} from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { type Kernel, pagesOn } from "./kernel.ts";

export class Exchange {
  readonly #kernel: Kernel;
  /** The next free frame of the hypervisor's heap. */
  #next: Mfn;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#next = kernel.platform.contiguousFrom ?? mfn(0);
  }

  /** The pages get contiguous frames below 4 GB; returns the first. */
  makeContiguous(address: Virt, order: number, place = "xen_contig_memory"): Mfn {
    const pages = 2 ** order;
    const first = alignUp(this.#next, pages);
    this.#next = offset(first, pages);
    this.#giveUp(address, pages, place, true);
    const region = machineOf(first);
    this.#call(place, "dom_mem_op(MEMOP_increase_reservation)", 1, {
      machine: region,
      size: pages * PAGE_SIZE,
    });
    this.#take(
      address,
      Array.from({ length: pages }, (_, i) => pagesOn(region, i)),
      place,
    );
    return first;
  }

  /**
   * The extent goes back to Xen as a whole, and the pages get single frames: Xen halves the extent for them and takes
   * the upper half first (xen/common/page_alloc.c), so that they come from its end.
   */
  makeSingle(address: Virt, order: number): void {
    const place = "xen_destroy_contiguous_region";
    const pages = 2 ** order;
    const extent = this.#kernel.machineOf(this.#kernel.physOf(address))!;
    this.#giveUp(address, pages, place, false);
    this.#call(place, "dom_mem_op(MEMOP_decrease_reservation)", 1, {
      machine: extent,
      size: pages * PAGE_SIZE,
    });
    const frames = Array.from({ length: pages }, (_, i) => pagesOn(extent, pages - 1 - i));
    this.#call(place, "dom_mem_op(MEMOP_increase_reservation)", pages, { size: PAGE_SIZE });
    this.#take(address, frames, place);
  }

  #giveUp(address: Virt, pages: number, place: string, one: boolean): void {
    const { machine, state } = this.#kernel;
    const phys = this.#kernel.physOf(address);
    for (let i = 0; i < pages; i++) {
      const page = { virt: pagesOn(address, i), phys: pagesOn(phys, i) };
      const frame = state.machineOf(page.phys)!;
      machine.emit({
        kind: "p2m.cleared",
        actor: "kernel",
        place,
        page: pfnOf(page.phys),
        phys: page.phys,
        machine: frame,
      });
      this.#call(place, "mmu_update(PTE)", 0, page);
      if (one)
        this.#call(place, "dom_mem_op(MEMOP_decrease_reservation)", 1, {
          machine: frame,
          size: PAGE_SIZE,
        });
    }
  }

  #take(address: Virt, frames: readonly Machine[], place: string): void {
    const first = this.#kernel.physOf(address);
    for (const [i, machine] of frames.entries()) {
      const phys = pagesOn(first, i);
      const set = { page: pfnOf(phys), phys, machine };
      this.#kernel.machine.emit({ kind: "p2m.set", actor: "kernel", place, ...set });
    }
    for (const [i, machine] of frames.entries()) {
      const frame = { phys: pagesOn(first, i), machine };
      this.#call(place, "mmu_update(PTE)", 0, { virt: pagesOn(address, i), ...frame });
      this.#call(place, "mmu_update(MACHPHYS_UPDATE)", 0, frame);
    }
    this.#call(place, "mmuext(TLB_FLUSH)", 0, {});
  }

  #call(
    place: string,
    call: Of<"hypercall.made">["call"],
    result: number,
    about: Partial<Of<"hypercall.made">>,
  ): void {
    const by = { actor: "kernel", place } as const;
    this.#kernel.machine.emit({ kind: "hypercall.made", ...by, call, result, ...about });
  }
}
