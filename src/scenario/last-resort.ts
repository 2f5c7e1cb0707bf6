// last-resort.ts - when its window is full, the I/O MMU of zx1 takes the entries of a living mapping.
//
// sba_alloc_range of linux 2.6.12 then ends what was saved up, and begins one slot behind the last: the first is
// missed, and what that slot still holds, if only the 0 that it began with, is ended in its place.

import { chipsets } from "../chipset/index.ts";
import { gart } from "../hooks/gart.ts";
import { ia64Zx1 } from "../platform/ia64-zx1.ts";
import type { CodeOf } from "../platform/platform.ts";
import { platformFor } from "../workload/workload.ts";
import { type Scenario, scriptOf } from "./scenario.ts";

/** 128 entries; the pages lie where a device of 32 lines needs them. */
const page = (id: number, pfn: string) => ({ id, pfn, offset: 0, size: 4096, dir: "both" });
const workload = scriptOf(
  "last-resort",
  { iova_mask: "0xfff80000", agp: 0 },
  { op: "fill", pfn: "0x140000", size: 4096, dir: "both", count: 126 },
  { op: "map_single", ...page(1, "0x150000") },
  { op: "map_single", ...page(2, "0x150001") },
  { op: "unmap_single", id: 1 },
  { op: "unmap_single", id: 2 },
  { op: "map_single", ...page(3, "0x150002") },
);

export const lastResort: Scenario = {
  name: "last-resort",
  row: 38,
  tells: "the I/O MMU's window is full, and to make room the entry of a living mapping is cleared",
  real: "linux 2.6.12, arch/ia64/hp/common/sba_iommu.c, sba_alloc_range",
  check: "entry-in-use",
  verdict: null,
  platform: platformFor(ia64Zx1, workload),
  hooks: gart,
  chipset: chipsets.find(({ name }) => name === "zx1")!,
  workload,
  fix: {
    platform: (platform) => ({
      ...platform,
      dma: {
        ...platform.dma,
        code: { ...(platform.dma.code as CodeOf<"zx1">), lastResort: "saved" },
      },
    }),
  },
};
