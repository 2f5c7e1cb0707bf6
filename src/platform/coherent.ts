// coherent.ts - dma_alloc_coherent: on Xen the pages are exchanged for machine-contiguous frames.
//
// The exchange is xen_contig_memory of March 2005 (xen 2594f8caad, arch/xen/i386/kernel/pci-dma.c): each
// page loses its page-table entry, its P2M entry and its frame; one larger extent is asked for; then entries,
// P2M and M2P are written anew. Freeing gives the pages back as they are: they stay contiguous.

import {
  type Bus,
  bus,
  machine as machineAddress,
  onBus,
  PAGE_SIZE,
  type Phys,
  raw,
  untranslated,
  type Virt,
} from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { type Given, type Kernel, pagesOn } from "./kernel.ts";

export class CoherentMemory {
  readonly #kernel: Kernel;
  /** The next free frame of the hypervisor's heap. */
  #nextFrame: number;
  /** The next free address behind the IOMMU. */
  #nextHandle: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#nextFrame = kernel.platform.contiguousFrom ?? 0;
    this.#nextHandle = kernel.platform.iommuFrom ?? 0;
  }

  /** 2^order pages and the handle by which a PCI device reaches them; null where there are none. */
  allocate(order: number, place: string): { virt: Virt; handle: Given } | null {
    const kernel = this.#kernel;
    const address = kernel.allocate("__get_free_pages", order, "gatt", "dma_alloc_coherent");
    if (address === null) return null;
    const phys = kernel.physOf(address);
    if (kernel.platform.contiguousFrom !== null) this.#makeContiguous(address, phys, order);
    const machine = kernel.machineOf(phys)!;
    const handle = kernel.platform.iommuFrom === null ? onBus(machine) : this.#takeHandle(order);
    const { about, iommu } = this.#mapping(address, handle, order, place);
    if (iommu !== null) kernel.machine.emit({ kind: "iommu.mapped", ...iommu });
    const seq = kernel.machine.emit({ kind: "dma.mapped", ...about });
    return { virt: address, handle: { bus: handle, phys, seq } };
  }

  free(address: Virt, handle: Bus, order: number, place: string): void {
    const { about, iommu } = this.#mapping(address, handle, order, place);
    if (iommu !== null) {
      const { actor, page, bus, size } = iommu;
      this.#kernel.machine.emit({ kind: "iommu.unmapped", actor, place, page, bus, size });
    }
    this.#kernel.machine.emit({ kind: "dma.unmapped", ...about });
    this.#kernel.free("free_pages", address, order, "gatt", "dma_free_coherent");
  }

  #takeHandle(order: number): Bus {
    const handle = this.#nextHandle;
    this.#nextHandle += PAGE_SIZE * 2 ** order;
    return bus(handle);
  }

  /** What is to be said of a mapping, and of its entries behind an IOMMU. */
  #mapping(address: Virt, handle: Bus, order: number, place: string) {
    const phys = this.#kernel.physOf(address);
    const machine = this.#kernel.machineOf(phys)!;
    const behindIommu = this.#kernel.platform.iommuFrom !== null;
    const page = Math.floor(raw(handle) / PAGE_SIZE);
    const reached = behindIommu ? machine : untranslated(handle);
    const size = PAGE_SIZE * 2 ** order;
    const common = { actor: "kernel", place, phys, machine, bus: handle, reached, size } as const;
    return {
      about: { ...common, handle: page, way: "coherent", virt: address } as const,
      iommu: behindIommu ? { ...common, page } : null,
    };
  }

  #makeContiguous(address: Virt, phys: Phys, order: number): void {
    const { machine, state } = this.#kernel;
    const pages = 2 ** order;
    const by = { actor: "kernel", place: "xen_contig_memory" } as const;
    const call = (
      call: Of<"hypercall.made">["call"],
      result: number,
      about: Partial<Of<"hypercall.made">>,
    ) => machine.emit({ kind: "hypercall.made", ...by, call, result, ...about });

    const firstPage = Math.floor(raw(phys) / PAGE_SIZE);
    for (let i = 0; i < pages; i++) {
      const page = { virt: pagesOn(address, i), phys: pagesOn(phys, i) };
      const frame = state.machineOf(page.phys)!;
      machine.emit({
        kind: "p2m.cleared",
        ...by,
        page: firstPage + i,
        phys: page.phys,
        machine: frame,
      });
      call("mmu_update(PTE)", 0, page);
      call("dom_mem_op(MEMOP_decrease_reservation)", 1, { machine: frame, size: PAGE_SIZE });
    }
    const first = Math.ceil(this.#nextFrame / pages) * pages;
    this.#nextFrame = first + pages;
    const region = machineAddress(first * PAGE_SIZE);
    call("dom_mem_op(MEMOP_increase_reservation)", 1, { machine: region, size: pages * PAGE_SIZE });
    for (let i = 0; i < pages; i++)
      machine.emit({
        kind: "p2m.set",
        ...by,
        page: firstPage + i,
        phys: pagesOn(phys, i),
        machine: pagesOn(region, i),
      });
    for (let i = 0; i < pages; i++) {
      const frame = { phys: pagesOn(phys, i), machine: pagesOn(region, i) };
      call("mmu_update(PTE)", 0, { virt: pagesOn(address, i), ...frame });
      call("mmu_update(MACHPHYS_UPDATE)", 0, frame);
    }
    call("mmuext(TLB_FLUSH)", 0, {});
  }
}
