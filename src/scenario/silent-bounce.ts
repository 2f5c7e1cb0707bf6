// silent-bounce.ts - a graphics driver keeps a buffer mapped for good, and it is bounced.
//
// A buffer of several pages, mapped as one, straddles machine frames under Xen and goes through the swiotlb. Drivers that
// count on coherency map page by page: i915_sg_segment_size() since linux 78a07fe777c4, xe later.

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386swiotlb } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

const kept = (by: "single" | "sg") =>
  workloadOf(
    "silent-bounce",
    { op: "buffer", buffer: 0, pages: 4 },
    { op: "cpu_write", buffer: 0 },
    { op: "dma_map", buffer: 0, direction: "bidirectional", by },
    { op: "dma_write", buffer: 0 },
    { op: "cpu_read", buffer: 0 },
    { op: "dma_unmap", buffer: 0 },
  );

export const silentBounce: Scenario = {
  name: "silent-bounce",
  row: 31,
  tells: "device and CPU have a copy each of a buffer that both take for shared",
  real: "linux 78a07fe777c4 for i915; amdgpu's and nvidia's buffers under Qubes (qubes-issues #5670)",
  check: "data-lost",
  verdict: "stale",
  platform: xenI386swiotlb,
  hooks: gart,
  chipset: intel440bx,
  workload: kept("sg"),
  flaw: { workload: kept("single") },
};
