// masked-entry.ts - the driver keeps the word of an entry where it should keep the page's address.
//
// Old agpgart kept what mask_memory() gave and unmasked it to free: on the 460GX, whose entries hold a shifted
// address, that freed nothing that was ever allocated (history 34c83c0504). U3's entries are shifted likewise.

import { asWord, bus, PAGE_SIZE } from "../address.ts";
import { u3 } from "../chipset/u3.ts";
import { gart } from "../hooks/gart.ts";
import { ppc64G5 } from "../platform/ppc64-g5.ts";
import { freeFour, type Scenario, sized } from "./scenario.ts";

export const maskedEntry: Scenario = {
  name: "masked-entry",
  row: 12,
  tells: "pages are freed by the words of their entries",
  real: "the 460GX: history 34c83c0504",
  check: "hook-space",
  verdict: "foreign-frame",
  platform: ppc64G5,
  hooks: gart,
  chipset: sized(u3, 0x8c, 0x1),
  workload: freeFour("masked-entry"),
  flaw: {
    driver: (driver) => ({
      ...driver,
      removeMemory: (bridge, mem) => {
        const result = driver.removeMemory(bridge, mem);
        mem.memory.forEach((address, i, all) => {
          all[i] = { ...address, bus: bus(Math.floor(asWord(address.bus) / PAGE_SIZE) + 2 ** 31) };
        });
        return result;
      },
    }),
  },
};
