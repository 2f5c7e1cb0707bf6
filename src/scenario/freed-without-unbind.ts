// freed-without-unbind.ts - memory is freed while the table still names it.
//
// Whoever gets the page next shares it with the card: agpgart freed pages before the rest of their block was
// unmapped and flushed (linux a2721e998ed, 2007), Xen freed granted pages under running DMA (xen 403542f910).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const freedWithoutUnbind: Scenario = {
  name: "freed-without-unbind",
  row: 14,
  tells: "pages are freed while GATT entries still lead to them",
  real: "linux a2721e998ed of 2007; xen 403542f910",
  check: "freed-while-mapped",
  verdict: "stale",
  platform: nativeI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: workloadOf(
    "freed-without-unbind",
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4 },
    { op: "bind", slot: 0, pg_start: 0 },
    { op: "free", slot: 0 },
    { op: "cleanup" },
  ),
  flaw: { driver: (driver) => ({ ...driver, removeMemory: () => 0 }) },
};
