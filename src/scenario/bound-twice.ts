// bound-twice.ts - a block is bound over entries that another block uses.
//
// agp_generic_insert_memory looks at every entry first and answers -EBUSY; a driver that does not look takes
// another client's memory away from under its card.

import { fill } from "../agpgart/generic.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const boundTwice: Scenario = {
  name: "bound-twice",
  row: 10,
  tells: "a bind overwrites entries of memory that is still bound",
  real: "the busy scan of agp_generic_insert_memory, which i830 and Efficeon leave out",
  check: "entry-overwritten",
  verdict: null,
  platform: nativeI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: workloadOf(
    "bound-twice",
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4 },
    { op: "alloc", slot: 1, pages: 4 },
    { op: "bind", slot: 0, pg_start: 0 },
    { op: "bind", slot: 1, pg_start: 2 },
  ),
  flaw: {
    driver: (driver) => ({
      ...driver,
      insertMemory: (bridge, mem, pgStart) => {
        fill({ mapping: bridge.gattTable! }, bridge, mem, pgStart, "insert_memory without a scan");
        driver.tlbFlush(bridge);
        return 0;
      },
    }),
  },
};
