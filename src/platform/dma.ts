// dma.ts - the DMA-mapping interface of a PCI device: buffers mapped for a while, and synchronised.
//
// dma_map_single and dma_map_sg as each platform has them in 2005: i386 and Xen of March give the machine
// address of the first page (asm-i386/dma-mapping.h, asm-xen/asm-i386/dma-mapping.h) and ignore the DMA mask;
// the G5 makes an entry of the DART for each page (arch/ppc64/kernel/iommu.c; its merging of entries in a row
// is left out); Xen with a swiotlb bounces a buffer that its device cannot reach.

import {
  type Bus,
  bus,
  busOf,
  busPageOf,
  offset,
  PAGE_SIZE,
  type Phys,
  pageOffset,
  pfnOf,
  physOf,
  type Virt,
} from "../address.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import type { CoherentMemory } from "./coherent.ts";
import { type Kernel, pagesOn } from "./kernel.ts";
import { onPciBus, reachedBy } from "./pci-bus.ts";
import type { Slot, Span, Swiotlb } from "./swiotlb.ts";

/** A device on PCI: its number (event/field.ts) and how many address lines it and its driver's mask have. */
export interface DmaDevice {
  readonly bdf: number;
  readonly lines: number;
  readonly mask: number;
}

export type Direction = Exclude<Of<"dma.mapped">["direction"], "coherent">;

/** What a driver asks to be mapped: where the buffer really is, and what the caller passed to the kernel. */
export interface Asked {
  readonly device: DmaDevice;
  readonly direction: Direction;
  readonly virt: Virt;
  readonly span: Span;
  /** The first page as the caller computed it: by __pa() of its address, or from its struct page. */
  readonly believed: Phys;
  readonly place: "dma_map_single" | "dma_map_sg";
}

/** A mapping from dma_map_* until dma_unmap_*. */
export interface Mapping {
  readonly asked: Asked;
  readonly handle: Bus;
  readonly seq: number;
  /** The bounce slot; null where the device accesses the buffer itself. */
  readonly slot: Slot | null;
  /** What the device is meant to reach: the buffer, or its slot. */
  readonly meant: Span;
}

/** Why nothing was mapped: an IOMMU returned ~0, for no pages were asked for or none are free, or the swiotlb is full. */
export type Refusal = "DMA_ERROR_CODE" | "swiotlb full";

export class DmaMapping {
  readonly #kernel: Kernel;
  readonly #coherent: CoherentMemory;
  readonly #swiotlb: Swiotlb | null;

  constructor(kernel: Kernel, coherent: CoherentMemory, swiotlb: Swiotlb | null) {
    this.#kernel = kernel;
    this.#coherent = coherent;
    this.#swiotlb = swiotlb;
  }

  /** Maps bytes in pages that are contiguous in kernel-physical memory. */
  map(asked: Asked): Mapping | Refusal {
    if (this.#coherent.handles !== null) return this.#enter(asked);
    const handle = this.#address(asked);
    if (this.#swiotlb !== null && this.#mustBounce(asked, handle)) return this.#bounce(asked);
    return this.#mapped(asked, handle, asked.span, null);
  }

  /** The mapping ends; what a device wrote into a slot is copied out of it. */
  unmap({ asked, handle, slot, meant }: Mapping): void {
    const { direction, span, place } = asked;
    if (slot !== null && this.#swiotlb!.holds(handle)) {
      if (direction !== "to-device") this.#swiotlb!.copy("from-slot", slot, span);
      this.#swiotlb!.give(slot);
    }
    const by = { actor: "kernel", place: place.replace("map", "unmap") } as const;
    this.#leave(handle, span.size, by.place);
    const about = this.#about(asked, handle, meant);
    this.#kernel.machine.emit({ kind: "dma.unmapped", ...about, ...by });
  }

  /** dma_sync_single_for_cpu and _for_device: says which of the two may access the buffer while it stays mapped. */
  sync({ asked: { direction, span }, handle, slot }: Mapping, side: "cpu" | "device"): void {
    const text = `dma_sync_single_for_${side}`;
    this.#kernel.called(text, text);
    if (slot === null || !this.#swiotlb!.holds(handle)) return;
    if (side === "cpu" && direction !== "to-device") this.#swiotlb!.copy("from-slot", slot, span);
    if (side === "device" && direction !== "from-device")
      this.#swiotlb!.copy("to-slot", slot, span);
  }

  /** virt_to_bus of the first byte, from the page that the caller computed, shifted by an inbound window if any. */
  #address({ believed, span, virt, place }: Asked): Bus {
    const at = this.#kernel.machineOf(believed);
    // phys_to_machine() reads past the end of its table.
    if (at === null) return this.#kernel.oops("no page of this kernel", virt, place);
    return onPciBus(this.#kernel, offset(at, span.start));
  }

  /** range_straddles_page_boundary and address_needs_mapping. */
  #mustBounce({ believed, span, device }: Asked, handle: Bus): boolean {
    if (offset(handle, span.size - 1) > bus(device.mask)) return true;
    if (span.start + span.size <= PAGE_SIZE) return false;
    const start = this.#kernel.machineOf(believed);
    return span.pages.some(
      (_, i) =>
        start === null || this.#kernel.machineOf(pagesOn(believed, i)) !== pagesOn(start, i),
    );
  }

  #bounce(asked: Asked): Mapping | Refusal {
    const { direction, span, virt, place } = asked;
    const slot = this.#swiotlb!.take(span.size);
    if (slot === null) {
      const device = deviceOf(asked.device.bdf);
      this.#kernel.machine.emit({
        kind: "message.logged",
        actor: "kernel",
        place: "swiotlb_full",
        level: "err",
        text: `PCI-DMA: Out of SW-IOMMU space for ${span.size} bytes at device ${device}`,
      });
      return "swiotlb full";
    }
    if (direction !== "from-device") this.#swiotlb!.copy("to-slot", slot, span);
    if (offset(slot.bus, span.size - 1) > bus(asked.device.mask))
      return this.#kernel.oops("map_single: bounce buffer is not DMA'ble", virt, place);
    return this.#mapped(asked, slot.bus, spanFrom(slot.phys, span.size), slot);
  }

  /** iommu_map_single: an entry for each page the bytes touch. */
  #enter(asked: Asked): Mapping | Refusal {
    const { span, believed, place } = asked;
    const pages = pagesIn(span);
    const first = pages === 0 ? null : this.#coherent.handles!.take({ pages, align: 1 });
    if (first === null) return "DMA_ERROR_CODE";
    const by = { actor: "kernel", place } as const;
    for (let i = 0; i < pages; i++) {
      const phys = pagesOn(believed, i);
      const reached = this.#kernel.machineOf(phys)!;
      const page = offset(first, i);
      const entry = { page, bus: busOf(page), size: PAGE_SIZE, phys, machine: reached, reached };
      this.#kernel.machine.emit({ kind: "iommu.mapped", ...by, ...entry });
    }
    // The DART is flushed after a map only: until then its TLB may have entries of mappings that ended.
    if (this.#kernel.platform.iommu?.spareEntries != null) this.#flush("dart_tlb_invalidate_all");
    return this.#mapped(asked, offset(busOf(first), span.start), span, null);
  }

  #leave(handle: Bus, size: number, place: string): void {
    const { handles } = this.#coherent;
    if (handles === null) return;
    const first = busPageOf(handle);
    const pages = pagesIn({ start: pageOffset(handle), size });
    const about = { page: first, bus: busOf(first), size: pages * PAGE_SIZE };
    this.#kernel.machine.emit({ kind: "iommu.unmapped", actor: "kernel", place, ...about });
    if (this.#kernel.platform.dma.flushesUnmap) this.#flush(place);
    handles.give(first, pages);
  }

  #flush(place: string): void {
    this.#kernel.machine.emit({ kind: "tlb.flushed", actor: "kernel", place, which: "iommu" });
  }

  #mapped(asked: Asked, handle: Bus, meant: Span, slot: Slot | null): Mapping {
    const about = this.#about(asked, handle, meant);
    const seq = this.#kernel.machine.emit({ kind: "dma.mapped", ...about });
    return { asked, handle, seq, slot, meant };
  }

  #about({ device, direction, virt, span, place }: Asked, handle: Bus, meant: Span) {
    const phys = offset(meant.pages[0]!, meant.start);
    return {
      actor: "kernel",
      place,
      handle,
      direction,
      device: device.bdf,
      virt,
      phys,
      machine: this.#kernel.machineOf(phys),
      bus: handle,
      reached: reachedBy(this.#kernel, handle),
      size: span.size,
    } as const;
  }
}

/** Pages that a span touches. */
export const pagesIn = ({ start, size }: Pick<Span, "start" | "size">): number =>
  size === 0 ? 0 : Math.ceil((start + size) / PAGE_SIZE);

/** The byte of a span that lies so many pages after its first. */
export function pageOf({ pages, start }: Span, page: number): Phys {
  return offset(pages[page]!, start);
}

/** Bytes of pages in a row. */
function spanFrom(first: Phys, size: number): Span {
  const start = pageOffset(first);
  const page = physOf(pfnOf(first));
  const pages = Array.from({ length: pagesIn({ start, size }) || 1 }, (_, i) => pagesOn(page, i));
  return { pages, start, size };
}
