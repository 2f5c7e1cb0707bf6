// map-single-two-pages.ts - dma_map_single of two pages gives the machine address of the first.
//
// Under the Xen of March 2005 dma_map_single was virt_to_bus; buffers of more pages were mended on 12 July
// (xen 4cca16ccfc) and have gone through the swiotlb since August.

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386, xenI386swiotlb } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const mapSingleTwoPages: Scenario = {
  name: "map-single-two-pages",
  row: 18,
  tells: "a device writes behind the first page of a buffer, into whatever lies there",
  real: "xen 4cca16ccfc of 12 July 2005",
  check: "mapping-astray",
  verdict: "discontiguous",
  platform: xenI386,
  hooks: gart,
  chipset: intel440bx,
  workload: workloadOf(
    "map-single-two-pages",
    { op: "buffer", buffer: 0, pages: 2 },
    { op: "dma_map", buffer: 0, direction: "from-device" },
    { op: "dma_write", buffer: 0 },
    { op: "dma_unmap", buffer: 0 },
    { op: "cpu_read", buffer: 0 },
  ),
  fix: { platform: () => xenI386swiotlb },
};
