// lost-in-suspend.ts - a machine sleeps, its GART forgets where the table is, and nobody tells it again.
//
// amd64-agp.c of 2.6.12-rc2 has no resume function: the northbridge comes back without table and switched off, and the
// card's next access goes nowhere. The driver of 2.6.18 calls amd_8151_configure again.

import { amd64s } from "../chipset/amd64.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { bindFour, type Scenario } from "./scenario.ts";

export const lostInSuspend: Scenario = {
  name: "lost-in-suspend",
  row: 26,
  tells: "after a suspend the GART has no table any more",
  real: "amd64-agp.c until it got agp_amd64_resume, in 2006",
  check: "device-astray",
  verdict: null,
  platform: nativeI386,
  hooks: gart,
  chipset: amd64s[0]!,
  workload: bindFour("lost-in-suspend", { op: "suspend" }),
  fix: { driver: (driver) => ({ ...driver, resume: driver.configure }) },
};
