// platform.ts - what a trace's platform says of how addresses translate, for traces of real machines.

import type { About } from "../event/trace.ts";

/** Whether an IOMMU stands between devices and memory: then a handle is no machine address. */
export const hasIommu = ({ platform }: About): boolean =>
  /-(vtd|amdvi|smmu|dart|iommu)(-|$)/.test(platform);
