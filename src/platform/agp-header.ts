// agp-header.ts - asm/agp.h: what an architecture does to a page that goes into AGP, and how it flushes.
//
// On x86 the page becomes uncached and the flush is a wbinvd; elsewhere the page stays as it is and the flush is a
// memory barrier (2.6.12-rc2).

import type { Virt } from "../address.ts";
import type { Kernel } from "./kernel.ts";

/** map_page_into_agp: with one flush of the CPU's TLB a page. */
export function mapPageIntoAgp(kernel: Kernel, page: Virt): void {
  change(kernel, page, "uncached", "map_page_into_agp");
}

export function unmapPageFromAgp(kernel: Kernel, page: Virt): void {
  change(kernel, page, "cached", "unmap_page_from_agp");
}

function change(kernel: Kernel, page: Virt, to: "uncached" | "cached", place: string): void {
  if (!kernel.platform.agpPagesUncached) return;
  const by = { actor: "driver", place } as const;
  kernel.attribute(to, page, 1, by);
  kernel.globalFlushTlb(by);
}

/** global_cache_flush: flush_agp_cache on every processor. */
export function globalCacheFlush(kernel: Kernel, place: string): void {
  if (kernel.platform.agpPagesUncached) kernel.wbinvd(place);
  else kernel.mb("ipi_handler");
}
