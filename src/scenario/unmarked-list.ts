// unmarked-list.ts - a list that is used again ends what its last use had, by now somebody else's.
//
// iommu_map_sg means to mark the end of a list that became shorter, but compares with a count that it has counted down
// to 0 (linux 2.6.12, arch/ppc64/kernel/iommu.c). iommu_unmap_sg, given the full count, goes on past it.

import { u3 } from "../chipset/u3.ts";
import { gart } from "../hooks/gart.ts";
import type { CodeOf } from "../platform/platform.ts";
import { ppc64G5 } from "../platform/ppc64-g5.ts";
import { varied } from "../platform/variant.ts";
import { platformFor } from "../workload/workload.ts";
import { type Scenario, scriptOf } from "./scenario.ts";

/** The small part of a table of one page: 768 entries, of which the last is never given. */
const workload = scriptOf(
  "unmarked-list",
  { table_bytes: 4096, force_on: 1 },
  // Three segments, since no element begins where the one before ends.
  {
    ...{ op: "map_sg", id: 1, dir: "both" },
    sg: [
      ["0x100", 0, 4096],
      ["0x200", 8, 4088],
      ["0x300", 8, 4088],
    ],
  },
  { op: "unmap_sg", id: 1 },
  // Others fill the table; the last page takes the place of the list's first.
  { op: "fill", pfn: "0x400", size: 4096, dir: "both", count: 767 },
  {
    ...{ op: "map_sg", id: 1, dir: "both", again: 1 },
    sg: [
      ["0x100", 0, 4096],
      ["0x101", 0, 4096],
      ["0x102", 0, 4096],
    ],
  },
  { op: "unmap_sg", id: 1 },
);

export const unmarkedList: Scenario = {
  name: "unmarked-list",
  row: 38,
  tells:
    "a list that is used again is shorter, and unmapping it frees entries of others behind its end",
  real: "linux 2.6.12, arch/ppc64/kernel/iommu.c, iommu_map_sg",
  check: "entry-in-use",
  verdict: null,
  platform: platformFor(varied(ppc64G5, { layout: "dart" }), workload),
  hooks: gart,
  chipset: u3,
  workload,
  fix: {
    platform: (platform) => ({
      ...platform,
      dma: { ...platform.dma, code: { ...(platform.dma.code as CodeOf<"dart">), marksEnd: true } },
    }),
  },
};
