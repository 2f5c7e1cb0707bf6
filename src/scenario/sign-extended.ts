// sign-extended.ts - an address with bit 31 set is widened as a signed number.
//
// The AMD64's entries have room for 40 bits of address, and the upper eight became ones for each page of the
// third and fourth gigabyte (history 368e4f9328).

import { alignDown, asWord, PAGE_SIZE, pfn } from "../address.ts";
import { fill } from "../agpgart/generic.ts";
import { amd64s } from "../chipset/amd64.ts";
import { gart } from "../hooks/gart.ts";
import { nativeX86_64 } from "../platform/x86-64.ts";
import { bindFour, type Scenario } from "./scenario.ts";

const COHERENT_AND_VALID = 3;

export const signExtended: Scenario = {
  name: "sign-extended",
  row: 5,
  tells: "pages between 2 and 4 GB are looked for at the end of the address space",
  real: "amd64 gart: history 368e4f9328",
  check: "entry-astray",
  verdict: "foreign-frame",
  platform: { ...nativeX86_64, ram: { first: pfn(0x80000), pages: 0x10000, bump: pfn(0x81000) } },
  hooks: gart,
  chipset: amd64s[0]!,
  workload: bindFour("sign-extended"),
  flaw: {
    driver: (driver) => ({
      ...driver,
      insertMemory: (bridge, mem, pgStart) => {
        const place = "amd64_insert_memory with an int";
        fill({ mapping: bridge.gattTable! }, bridge, mem, pgStart, place, ({ bus }) => {
          const address = asWord(bus) | 0;
          const upper = Math.floor(address / 2 ** 32) & 0xff;
          const page = asWord(alignDown(bus, PAGE_SIZE));
          return page + upper * 16 + COHERENT_AND_VALID;
        });
        driver.tlbFlush(bridge);
        return 0;
      },
    }),
  },
};
