// coherent.ts - dma_alloc_coherent: on Xen the pages are exchanged for machine-contiguous frames.
//
// Under the Xen of March 2005 freed pages keep their frames: they stay contiguous (the exchange is in exchange.ts).

import {
  type Bus,
  bus,
  busOf,
  busPage,
  busPageOf,
  isAligned,
  offset,
  PAGE_SIZE,
  type Phys,
  physOf,
  type Virt,
} from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { Exchange } from "./exchange.ts";
import type { Handles } from "./iommu.ts";
import { type DeviceAddress, type Kernel, pagesOn } from "./kernel.ts";
import { onPciBus, reachedBy } from "./pci-bus.ts";
import type { Window } from "./platform.ts";

type Use = Of<"page.allocated">["use"];

/** Pages, and the handle by which a PCI device reaches them. */
export interface Coherent {
  readonly virt: Virt;
  readonly handle: DeviceAddress;
}

/** Whether the machine frames of consecutive pages follow each other. */
export function isContiguous(kernel: Kernel, first: Phys, pages: number): boolean {
  const start = kernel.machineOf(first);
  for (let i = 1; i < pages; i++)
    if (start === null || kernel.machineOf(pagesOn(first, i)) !== pagesOn(start, i)) return false;
  return true;
}

export class CoherentMemory {
  readonly #kernel: Kernel;
  readonly #exchange: Exchange;
  /** The addresses behind the IOMMU; null where there is none. */
  readonly handles: Handles | null;

  constructor(kernel: Kernel, exchange = new Exchange(kernel)) {
    this.#kernel = kernel;
    this.#exchange = exchange;
    this.handles = kernel.platform.iommu?.handles() ?? null;
  }

  /** u3_iommu_init: every entry is valid and leads to a spare page, so that a prefetch finds something. */
  boot(): void {
    const { iommu, dma } = this.#kernel.platform;
    if (dma.window !== null) this.#open(dma.window);
    if (iommu?.spareEntries == null) return;
    const by = { actor: "kernel", place: "iommu_init_early_u3" } as const;
    const { ram } = this.#kernel.platform;
    const spare = physOf(offset(ram.first, ram.pages - 1));
    this.#kernel.allocateTop(spare, PAGE_SIZE, by.place);
    this.#kernel.machine.emit({
      kind: "iommu.filled",
      ...by,
      page: busPage(0),
      bus: bus(0),
      phys: spare,
      machine: this.#kernel.machineOf(spare)!,
      size: iommu.spareEntries * PAGE_SIZE,
    });
  }

  /** The host bridge maps a part of memory to another address on the PCI bus. */
  #open(window: Window): void {
    this.#kernel.machine.emit({
      kind: "iommu.mapped",
      actor: "chipset",
      place: "inbound window",
      page: busPageOf(window.bus),
      bus: window.bus,
      machine: window.machine,
      reached: window.machine,
      size: window.size,
    });
  }

  /** 2^order pages and the handle by which a PCI device reaches them; null where there are none. */
  allocate(order: number, place: string, use: Use = "gatt"): Coherent | null {
    const kernel = this.#kernel;
    const address = kernel.allocate("__get_free_pages", order, use, "dma_alloc_coherent");
    if (address === null) return null;
    const phys = kernel.physOf(address);
    if (this.#needsExchange(phys, order)) this.makeContiguous(address, order);
    const machine = kernel.machineOf(phys)!;
    const handle = this.handles === null ? onPciBus(kernel, machine) : this.#takeHandle(order);
    if (handle === null) {
      kernel.free("free_pages", address, order, use, "dma_alloc_coherent");
      return null;
    }
    const { about, iommu } = this.#mapping(address, handle, order, place);
    if (iommu !== null) {
      kernel.machine.emit({ kind: "iommu.mapped", ...iommu });
      // The DART is flushed after a map and never after an unmap: an old translation lives until then.
      if (kernel.platform.iommu?.spareEntries != null)
        kernel.machine.emit({
          kind: "tlb.flushed",
          actor: "kernel",
          place: "dart_tlb_invalidate_all",
          which: "iommu",
        });
    }
    const seq = kernel.machine.emit({ kind: "dma.mapped", ...about });
    return { virt: address, handle: { bus: handle, phys, seq } };
  }

  free(address: Virt, handle: Bus, order: number, place: string, use: Use = "gatt"): void {
    const { about, iommu } = this.#mapping(address, handle, order, place);
    if (iommu !== null) {
      const { actor, page, bus, size } = iommu;
      this.#kernel.machine.emit({ kind: "iommu.unmapped", actor, place, page, bus, size });
    }
    this.#kernel.machine.emit({ kind: "dma.unmapped", ...about });
    this.handles?.give(busPageOf(handle), about.size / PAGE_SIZE);
    this.#kernel.free("free_pages", address, order, use, "dma_free_coherent");
  }

  #takeHandle(order: number): Bus | null {
    const pages = this.#kernel.sizeOf(order) / PAGE_SIZE;
    const page = this.handles!.take({ pages, align: pages });
    return page === null ? null : busOf(page);
  }

  /** The fields of a mapping's event, and of the event of its IOMMU entries. */
  #mapping(address: Virt, handle: Bus, order: number, place: string) {
    const phys = this.#kernel.physOf(address);
    const machine = this.#kernel.machineOf(phys)!;
    const behindIommu = this.handles !== null;
    const page = busPageOf(handle);
    const reached = behindIommu ? machine : reachedBy(this.#kernel, handle);
    const size = this.#kernel.sizeOf(order);
    const common = { actor: "kernel", place, phys, machine, bus: handle, reached, size } as const;
    return {
      about: { ...common, handle, direction: "coherent", virt: address } as const,
      iommu: behindIommu ? { ...common, page } : null,
    };
  }

  /** Whether the kernel exchanges the pages' frames for contiguous ones, by its own test. */
  #needsExchange(phys: Phys, order: number): boolean {
    const { contiguousFrom, dma } = this.#kernel.platform;
    if (contiguousFrom === null) return false;
    if (dma.exchanged === "all") return true;
    const first = this.#kernel.machineOf(phys)!;
    if (!isContiguous(this.#kernel, phys, 2 ** order)) return true;
    const tested = dma.exchanged === "unaligned-phys" ? phys : first;
    return !isAligned(tested, PAGE_SIZE * 2 ** order);
  }

  /** xen_contig_memory: the pages get contiguous frames below 4 GB. */
  makeContiguous(address: Virt, order: number): void {
    this.#exchange.makeContiguous(address, order);
  }
}
