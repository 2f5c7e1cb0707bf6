// segments.ts - merges the pages of a request into segments: blk_rq_map_sg, with BIOVEC_PHYS_MERGEABLE.
//
// Contiguous pages become one segment, which has a single bus address. In which space they must be contiguous
// depends on the platform: linux/bio.h tests one, Xen's asm-i386/io.h both (xen 2594f8caad and its tree).

import { offset, PAGE_SIZE, type Phys } from "../address.ts";
import { type Kernel, pagesOn } from "../platform/kernel.ts";
import { onPciBus, reachedBy } from "../platform/pci-bus.ts";

/** MAX_SEGMENT_SIZE of 2.6.12 (linux/blkdev.h). */
const MOST = 65536;

/** The segments, each as its pages; every decision to merge or split is an event. */
export function segmentsOf(kernel: Kernel, pages: readonly Phys[]): Phys[][] {
  const segments: Phys[][] = [];
  for (const page of pages) {
    const segment = segments.at(-1);
    if (segment !== undefined && joins(kernel, segment, page)) segment.push(page);
    else segments.push([page]);
  }
  return segments;
}

function joins(kernel: Kernel, segment: readonly Phys[], page: Phys): boolean {
  const size = segment.length * PAGE_SIZE;
  const before = kernel.machineOf(segment.at(-1)!)!;
  const machine = kernel.machineOf(page)!;
  const touchesInPhys = page === pagesOn(segment.at(-1)!, 1);
  const touches =
    touchesInPhys && (kernel.platform.dma.mergeable === "phys" || machine === pagesOn(before, 1));
  const isMerged = touches && size + PAGE_SIZE <= MOST;
  // The bus address that follows the segment; behind an IOMMU or a window each page is translated by itself.
  const next = offset(onPciBus(kernel, before), PAGE_SIZE);
  kernel.machine.emit({
    kind: isMerged ? "bio.merged" : "bio.split",
    actor: "kernel",
    place: "blk_rq_map_sg",
    phys: page,
    machine,
    bus: next,
    ...(kernel.platform.iommu === null && { reached: reachedBy(kernel, next) }),
    size: size + PAGE_SIZE,
  });
  return isMerged;
}
