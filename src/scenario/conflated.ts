// conflated.ts - "phys" and "gart" are the same everywhere, so that the hooks between them go.
//
// linux 6a12235c7d2 (2009) replaced the hooks by page_to_phys; Xen's dom0 came back a year later, had its GART
// pointing anywhere, and got workarounds one by one (d36d7863f86 and others). Its kernel of 2010 let ioremap
// take a physical address, so that nothing refused it.

import { intel440bx } from "../chipset/440bx.ts";
import { hookSet } from "../hooks/functions.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { bindFour, type Scenario, sized } from "./scenario.ts";

export const conflated: Scenario = {
  name: "conflated",
  row: 22,
  tells: "the hooks are taken out because nobody needs them, and everything is wrong again",
  real: "linux 6a12235c7d2 of 2009, d36d7863f86 of 2010",
  check: "table-base",
  verdict: "wrong-space",
  platform: xenI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: bindFour("conflated"),
  flaw: {
    lenientIoremap: true,
    hooks: hookSet("page_to_phys", {
      to: "page_to_phys",
      from: "phys_to_virt",
      alloc: "__get_free_pages",
      free: "free_pages",
    }),
  },
};
