// dart-unmap-unflushed.ts - a device goes on through a translation of the DART that was unmapped.
//
// u3_iommu.c of linux 2.6.12 flushes the DART when it maps, never when it unmaps; a device that is late finds
// the pages that were taken from it, until somebody maps again.

import { u3 } from "../chipset/u3.ts";
import { gart } from "../hooks/gart.ts";
import type { CodeOf } from "../platform/platform.ts";
import { ppc64G5 } from "../platform/ppc64-g5.ts";
import { varied } from "../platform/variant.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

const inTime = [
  { op: "buffer", buffer: 0, pages: 1 },
  { op: "dma_map", buffer: 0, direction: "from-device" },
  { op: "dma_write", buffer: 0 },
  { op: "dma_unmap", buffer: 0 },
  { op: "cpu_read", buffer: 0 },
];

export const dartUnmapUnflushed: Scenario = {
  name: "dart-unmap-unflushed",
  row: 7,
  tells: "a late device writes pages that were unmapped from the DART",
  real: "linux 2.6.12, arch/ppc64/kernel/u3_iommu.c",
  check: "iommu-tlb-stale",
  verdict: "stale",
  platform: varied(ppc64G5, { layout: "dart" }),
  hooks: gart,
  chipset: u3,
  workload: workloadOf("dart-unmap-unflushed", ...inTime, { op: "dma_write", buffer: 0 }),
  fix: {
    // And a driver that waits for its device: a late one is wrong whatever the DART does.
    workload: workloadOf("dart-unmap-unflushed", ...inTime),
    platform: (platform) => {
      const code = { ...(platform.dma.code as CodeOf<"dart">), flushesUnmap: true };
      return { ...platform, dma: { ...platform.dma, code } };
    },
  },
};
