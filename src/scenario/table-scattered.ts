// table-scattered.ts - the table is one run of pseudo-physical pages and scattered in machine memory.
//
// The chipset, and ioremap, count on from the first page's frame. That is why the hooks have an alloc_gatt_pages
// (message of linux 07eee78ea8ba; xen 2594f8caad); Xen's ioremap refuses the frames that follow.

import { intel440bx } from "../chipset/440bx.ts";
import { hookSet } from "../hooks/functions.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const tableScattered: Scenario = {
  name: "table-scattered",
  row: 2,
  tells: "the table's first page is found, and strangers' frames where the second should be",
  real: "why alloc_gatt_pages exists: linux 07eee78ea8ba, xen 2594f8caad",
  check: "remap-astray",
  verdict: "discontiguous",
  platform: xenI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3e),
  workload: workloadOf("table-scattered", { op: "init" }, { op: "cleanup" }),
  flaw: {
    hooks: hookSet("gart without alloc_gatt_pages", {
      to: "virt_to_gart",
      from: "gart_to_virt",
      alloc: "__get_free_pages",
      free: "free_pages",
    }),
  },
};
