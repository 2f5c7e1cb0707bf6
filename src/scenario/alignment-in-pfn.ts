// alignment-in-pfn.ts - memory for a ring is aligned where the kernel looks, and not on the bus.
//
// xen_swiotlb_alloc_coherent leaves pages as they are if they follow each other already. That they must also be
// aligned in machine space came in two steps, linux 9f40ec84a797 (2024) and 85fcb57c983f (2025).

import { distance, mfn, offset, pfn } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

/** The kernel has its frames in a row, one off from where pfns are aligned. */
const FIRST = mfn(0x40001);
const PAGES = 0xffff;

export const alignmentInPfn: Scenario = {
  name: "alignment-in-pfn",
  row: 35,
  tells: "coherent memory is aligned in pseudo-physical memory alone",
  real: "linux 9f40ec84a797 and 85fcb57c983f",
  check: "coherent-alignment",
  verdict: null,
  platform: {
    ...xenI386,
    ram: { ...xenI386.ram, pages: PAGES },
    backing: () => ({
      frameOf: (page) => offset(FIRST, distance(pfn(0), page)),
      pageOf: (frame) =>
        frame >= FIRST && frame < offset(FIRST, PAGES) ? pfn(distance(FIRST, frame)) : null,
    }),
    dma: { ...xenI386.dma, exchanged: "unaligned-machine" },
  },
  hooks: gart,
  chipset: intel440bx,
  workload: workloadOf(
    "alignment-in-pfn",
    { op: "dma_alloc", buffer: 0, pages: 4 },
    { op: "dma_write", buffer: 0 },
    { op: "cpu_read", buffer: 0 },
    { op: "dma_free", buffer: 0 },
  ),
  flaw: {
    platform: (platform) => ({
      ...platform,
      dma: { ...platform.dma, exchanged: "unaligned-phys" },
    }),
  },
};
