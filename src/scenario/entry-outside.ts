// entry-outside.ts - a client asks for a range that begins before the table, and is given it.
//
// pg_start is signed and page_count is not: -2 and four pages are 2, which is in range. On the G5 the table lies in the
// kernel's linear mapping without a guard page in front of it.

import { type BridgeDriver, EINVAL } from "../agpgart/bridge.ts";
import { u3 } from "../chipset/u3.ts";
import { gart } from "../hooks/gart.ts";
import { ppc64G5 } from "../platform/ppc64-g5.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const entryOutside: Scenario = {
  name: "entry-outside",
  row: 37,
  tells: "a bind writes in front of the table and returns 0",
  real: "CVE-2011-1745: linux 194b3da873fd of 2011",
  check: "entry-outside",
  verdict: "outside",
  platform: ppc64G5,
  hooks: gart,
  chipset: sized(u3, 0x8c, 0x1),
  workload: workloadOf(
    "entry-outside",
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4 },
    { op: "bind", slot: 0, pg_start: -2 },
  ),
  device: false,
  fix: { driver: refusing },
};

/** With the range check of 2011. */
function refusing(driver: BridgeDriver): BridgeDriver {
  return {
    ...driver,
    insertMemory: (bridge, mem, pgStart) =>
      pgStart < 0 ? EINVAL : driver.insertMemory(bridge, mem, pgStart),
  };
}
