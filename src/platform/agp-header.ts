// agp-header.ts - asm/agp.h: what an architecture does to a page that goes into AGP, and how it flushes.
//
// On x86 the page becomes uncached and the flush is a wbinvd; elsewhere the page stays as it is and the flush is a
// memory barrier.

import type { Virt } from "../address.ts";
import type { Kernel } from "./kernel.ts";

/** map_page_into_agp: with one flush of the CPU's TLB a page, or none. */
export function mapPageIntoAgp(kernel: Kernel, page: Virt, flushes: boolean): void {
  change(kernel, page, "uncached", "map_page_into_agp", flushes);
}

export function unmapPageFromAgp(kernel: Kernel, page: Virt, flushes: boolean): void {
  change(kernel, page, "cached", "unmap_page_from_agp", flushes);
}

function change(
  kernel: Kernel,
  page: Virt,
  to: "uncached" | "cached",
  place: string,
  flushes: boolean,
): void {
  if (!kernel.platform.agpPagesUncached) return;
  kernel.attribute(to, page, 1, { actor: "driver", place });
  if (flushes) flushAgpMappings(kernel, place);
}

/** flush_agp_mappings: global_flush_tlb where pages become uncached. */
export function flushAgpMappings(kernel: Kernel, place: string): void {
  if (kernel.platform.agpPagesUncached) kernel.globalFlushTlb({ actor: "driver", place });
}

/** global_cache_flush: flush_agp_cache on every processor. */
export function globalCacheFlush(kernel: Kernel, place: string): void {
  if (kernel.platform.agpPagesUncached) kernel.wbinvd(place);
  else kernel.mb("ipi_handler");
}
