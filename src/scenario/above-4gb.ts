// above-4gb.ts - a page lies above 4 GB, and an unsigned long of 32 bits cannot say so.
//
// virt_to_gart returns an unsigned long; with PAE that loses the upper bits (linux 0b7af262aba). Linux came to
// ask for pages below 4 GB (66c669baa7d); Xen's asm/agp.h exchanges each page for a frame below 4 GB in
// map_page_into_agp, which is the fix here.

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { varied } from "../platform/variant.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { exchangingPages } from "./exchanging.ts";
import { bindFour, type Scenario, sized } from "./scenario.ts";

export const above4GB: Scenario = {
  name: "above-4gb",
  row: 4,
  tells: "entries hold the lower half of addresses above 4 GB",
  real: "linux 66c669baa7d, 0b7af262aba; the i965 in 7d915a38985",
  check: "hook-space",
  verdict: "truncated",
  // All RAM below 4 GB is other domains'.
  platform: varied(xenI386, { foreign: "0x1000-0x7ffff" }),
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: bindFour("above-4gb"),
  fix: { driver: exchangingPages },
};
