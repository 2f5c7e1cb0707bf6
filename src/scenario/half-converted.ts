// half-converted.ts - the driver converts the words of its directory and not those of the table behind it.
//
// ati-agp.c of 2.6.12-rc2 has virt_to_bus for its directory, which Xen overrides, and the core has virt_to_phys
// for the pages of clients. With an ioremap that lets the driver's own pages pass nothing refuses it: the card
// reads another domain's memory. "You just lost memory isolation" (LKML, March 2005).

import { atiRs100 } from "../chipset/ati-igp.ts";
import { gart } from "../hooks/gart.ts";
import { legacy } from "../hooks/legacy.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { bindFour, type Scenario } from "./scenario.ts";

export const halfConverted: Scenario = {
  name: "half-converted",
  row: 19,
  tells: "the driver loads without complaint, and its card reads another domain's frames",
  real: "ati-agp.c of 2.6.12-rc2 under Xen",
  check: "entry-astray",
  verdict: "wrong-space",
  platform: xenI386,
  hooks: gart,
  chipset: atiRs100,
  workload: bindFour("half-converted"),
  flaw: { hooks: legacy, lenientIoremap: true },
};
