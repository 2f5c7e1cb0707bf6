// base-too-high.ts - the table lies where the register of its base has no bits.
//
// Bits 31:29 of the i815's ATTBASE are not the table's: intel_815_configure of 2.6.12-rc2 looks and refuses a
// table at 512 MB or above. Here it does not look; likewise nothing ever writes GARTHI, the upper half on others.

import { asWord, pfn } from "../address.ts";
import { intel815, TABLE_LIMIT_815 } from "../chipset/intel-8xx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const baseTooHigh: Scenario = {
  name: "base-too-high",
  row: 24,
  tells: "the chipset is told the lower part of its table's address",
  real: "the i815, whose driver refuses: intel-agp.c of 2.6.12-rc2",
  check: "table-base",
  // The rule calls truncated what lacks bits from 30 on; here bit 29 is lost.
  verdict: "foreign-frame",
  platform: { ...nativeI386, ram: { first: pfn(0), pages: 0x30000, bump: pfn(0x21000) } },
  hooks: gart,
  chipset: sized(intel815, 0xb4, 0x8),
  workload: workloadOf("base-too-high", { op: "init" }, { op: "cleanup" }),
  flaw: {
    driver: (driver) => ({
      ...driver,
      configure: (bridge) => {
        const { pci, chipset } = bridge.board;
        const table = bridge.gattBusAddr!;
        const word = asWord(table.bus) % TABLE_LIMIT_815;
        pci.write(chipset.bridge.device, 0xb8, 4, word, "intel_815_configure", table);
        return 0;
      },
    }),
  },
};
