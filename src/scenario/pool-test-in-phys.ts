// pool-test-in-phys.ts - the swiotlb looks for a handle in the wrong space and does not know its own slot.
//
// Two days after the swiotlb had come to Xen its test was moved to bus addresses (xen f3d1875ab6, 18 August
// 2005). Compared with the pool's pseudo-physical range no handle matches: nothing is copied back.

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386swiotlb } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const poolTestInPhys: Scenario = {
  name: "pool-test-in-phys",
  row: 17,
  tells:
    "a handle is compared with the swiotlb's pseudo-physical range, and what a device wrote is not copied back",
  real: "xen f3d1875ab6 of 18 August 2005, 6453dfe51c and 6328b7e119",
  check: "data-lost",
  verdict: "stale",
  platform: xenI386swiotlb,
  hooks: gart,
  chipset: intel440bx,
  workload: workloadOf(
    "pool-test-in-phys",
    { op: "buffer", buffer: 0, pages: 2 },
    { op: "cpu_write", buffer: 0 },
    { op: "dma_map", buffer: 0, direction: "from-device" },
    { op: "dma_write", buffer: 0 },
    { op: "dma_unmap", buffer: 0 },
    { op: "cpu_read", buffer: 0 },
  ),
  flaw: {
    platform: (platform) => ({ ...platform, dma: { ...platform.dma, poolTest: "phys" } }),
  },
};
