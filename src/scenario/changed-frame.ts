// changed-frame.ts - a page is freed by the address that it had before it was unmapped.
//
// agpgart of 2008 freed in two stages, and asked gart_to_virt() in the second; under Xen the first one had
// given the page another frame (linux da503fa60b8).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { exchange } from "./exchanging.ts";
import { freeFour, type Scenario, sized } from "./scenario.ts";

export const changedFrame: Scenario = {
  name: "changed-frame",
  row: 11,
  tells: "the page to be freed is looked up by a frame that it has given back",
  real: "linux da503fa60b8 of 2008",
  check: "hook-space",
  verdict: "stale",
  platform: xenI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: freeFour("changed-frame"),
  flaw: {
    driver: (driver) => ({
      ...driver,
      // The first stage, as soon as nothing is bound any more.
      removeMemory: (bridge, mem) => {
        const result = driver.removeMemory(bridge, mem);
        const { kernel } = bridge.board.arch;
        for (const { phys } of mem.memory) exchange(bridge, kernel.virtOf(phys));
        return result;
      },
    }),
  },
  fix: {
    driver: (driver) => ({
      ...driver,
      destroyPage: (bridge, page, use) => {
        exchange(bridge, page);
        driver.destroyPage(bridge, page, use);
      },
    }),
  },
};
