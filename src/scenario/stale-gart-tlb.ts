// stale-gart-tlb.ts - the driver does not empty the GART's TLB when entries change.
//
// On some VIA bridges the flush did nothing: Dave Jones' tree changed it in February 2005 (history 51f4e6ad0e,
// 885de7803b) and Linus took the change back on 25 March (f4bf05a96f).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const staleGartTlb: Scenario = {
  name: "stale-gart-tlb",
  row: 6,
  tells: "the card goes on through entries that the driver has taken back",
  real: "VIA bridges of 2005: history 51f4e6ad0e, 885de7803b, f4bf05a96f",
  check: "gart-tlb-stale",
  verdict: "stale",
  platform: nativeI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: workloadOf(
    "stale-gart-tlb",
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4 },
    { op: "bind", slot: 0, pg_start: 0 },
    { op: "unbind", slot: 0 },
    { op: "alloc", slot: 1, pages: 4 },
    { op: "bind", slot: 1, pg_start: 0 },
  ),
  flaw: { driver: (driver) => ({ ...driver, tlbFlush: () => {} }) },
};
