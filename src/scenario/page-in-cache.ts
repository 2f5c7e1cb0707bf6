// page-in-cache.ts - what a client wrote to its pages stays in the CPU's cache, where the card does not look.
//
// On x86 map_page_into_agp makes AGP pages uncached, and the pages of an older agpgart were flushed at each bind:
// here is neither (linux 77ec430ec3b made the aliases of such pages agree; history df2f9305ff was the flush).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { bindFour, type Scenario, sized } from "./scenario.ts";

export const pageInCache: Scenario = {
  name: "page-in-cache",
  row: 8,
  tells: "the card finds its pages as they were before the client filled them",
  real: "linux 77ec430ec3b; history df2f9305ff",
  check: "device-astray",
  verdict: "stale",
  platform: { ...nativeI386, agpPagesUncached: false },
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: bindFour("page-in-cache"),
  flaw: { driver: (driver) => ({ ...driver, cacheFlush: () => {} }) },
};
