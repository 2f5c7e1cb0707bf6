// unmasked-entry.ts - entries are written without the bit that makes them valid.
//
// Efficeon's driver wrote addresses as they were, and its chipset took no entry for one (linux 1f60245479c;
// scratch pages by the wrong function: 2b6c99e135c, 56ec4c1e728).

import { asWord } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { bindFour, type Scenario, sized } from "./scenario.ts";

export const unmaskedEntry: Scenario = {
  name: "unmasked-entry",
  row: 23,
  tells: "the chipset takes entries for empty ones",
  real: "efficeon-agp.c: linux 1f60245479c",
  check: "entry-format",
  verdict: null,
  platform: nativeI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: bindFour("unmasked-entry"),
  flaw: { driver: (driver) => ({ ...driver, maskMemory: (address) => asWord(address) }) },
};
