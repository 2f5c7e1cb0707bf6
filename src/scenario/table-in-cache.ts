// table-in-cache.ts - new GATT entries stay in the CPU's cache, where the chipset does not see them.
//
// U3 and UniNorth map the table cached and flush the lines that changed (2.6.12-rc2, uninorth-agp.c); generic.c
// flushed nothing after an unbind until history b970349e52 (December 2004).

import { asWord, gattIndex, PAGE_SIZE } from "../address.ts";
import { u3 } from "../chipset/u3.ts";
import { gart } from "../hooks/gart.ts";
import { ppc64G5 } from "../platform/ppc64-g5.ts";
import { bindFour, type Scenario } from "./scenario.ts";

export const tableInCache: Scenario = {
  name: "table-in-cache",
  row: 8,
  tells: "the card meets entries as they were before the bind",
  real: "history b970349e52 and df2f9305ff; uninorth-agp.c flushes the lines itself",
  check: "entry-unflushed",
  verdict: "stale",
  platform: ppc64G5,
  hooks: gart,
  chipset: u3,
  workload: bindFour("table-in-cache"),
  flaw: {
    driver: (driver) => ({
      ...driver,
      insertMemory: (bridge, mem, pgStart) => {
        const place = "u3_insert_memory without a flush";
        for (const [i, address] of mem.memory.entries()) {
          const word = Math.floor(asWord(address.bus) / PAGE_SIZE) + 2 ** 31;
          bridge.board.access.write({ linear: true }, gattIndex(pgStart + i), word, address, place);
        }
        driver.tlbFlush(bridge);
        return 0;
      },
    }),
  },
};
