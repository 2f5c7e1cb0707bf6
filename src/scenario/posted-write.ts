// posted-write.ts - an entry is written through the chipset's window and not read back.
//
// A write to a device's registers is posted: any bridge on the way may hold it until something is read from
// there. Dave Jones' tree put the missing reads into one driver after the other (history be33525281,
// 0782157da2, 4a224efbb3); the i810's entries go through its registers.

import { gattIndex } from "../address.ts";
import { i810 } from "../chipset/i810.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { bindFour, type Scenario } from "./scenario.ts";

export const postedWrite: Scenario = {
  name: "posted-write",
  row: 9,
  tells: "a bind is said to be done while its entries may be on their way",
  real: "history be33525281, 0782157da2, 4a224efbb3",
  check: "write-posted",
  verdict: null,
  platform: nativeI386,
  hooks: gart,
  chipset: i810,
  workload: bindFour("posted-write"),
  flaw: {
    driver: (driver) => ({
      ...driver,
      insertMemory: (bridge, mem, pgStart) => {
        const window = { registers: bridge.registers!, offset: 0x10000 };
        for (const [i, address] of mem.memory.entries()) {
          const word = driver.maskMemory(address.bus);
          bridge.board.access.write(
            window,
            gattIndex(pgStart + i),
            word,
            address,
            "insert_entries unread",
          );
        }
        return 0;
      },
    }),
  },
};
