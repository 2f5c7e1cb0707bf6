// write-posted.ts - an entry written through a device's registers is read back before the operation is done.
//
// Writes to PCI are posted, in order and for any time; a read from the same device completes them (PCI Local
// Bus Specification, transaction ordering). A table in memory needs none of it.

import { type GattIndex, hex } from "../address.ts";
import { registerAt } from "../event/register.ts";
import { Table } from "../machine/table.ts";
import type { Check } from "./check.ts";

export const writePosted: Check = {
  name: "write-posted",
  holds: "entries written through the chipset's window are read back before the operation is done",
  watch: (_, report) => {
    /** Entries whose write may still be posted: the word of each. */
    const posted = new Table<GattIndex, number>();
    return {
      after: {
        "gatt.written": ({ entry, word, virt }) => {
          if (virt != null) posted.set(entry, word);
        },
        "gatt.read": ({ virt }) => {
          if (virt != null) posted.clear();
        },
        "register.read": ({ register }) => {
          if (posted.size > 0 && registerAt(register).where === "mmio") posted.clear();
        },
        "op.ended": () => {
          for (const [entry, word] of posted)
            report.finding(
              [{ family: "gatt", number: entry }],
              `nothing was read since ${hex(word)} was written: a bridge may still hold it`,
            );
          posted.clear();
        },
      },
    };
  },
};
