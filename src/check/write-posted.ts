// write-posted.ts - an entry written through a device's registers is read back before the operation is done.
//
// Writes to PCI are posted, in order and for any time; a read from the same device completes them (PCI Local
// Bus Specification, transaction ordering). A table in memory needs none of it.

import { type GattIndex, hex } from "../address.ts";
import { registerAt } from "../event/register.ts";
import type { Check, EventAt } from "./check.ts";

export const writePosted: Check = {
  name: "write-posted",
  holds: "entries written through the chipset's window are read back before the operation is done",
  counts: true,
  watch: (_, report) => {
    /** Entries whose write may still be posted: the write of each. */
    const posted = new Map<GattIndex, EventAt & { readonly word: number }>();
    const arrive = (): void => {
      for (const _ of posted) report.held();
      posted.clear();
    };
    return {
      after: {
        "gatt.written": ({ entry, word, virt }, { seq, op }) => {
          if (virt != null) posted.set(entry, { seq, op, word });
        },
        "gatt.read": ({ virt }) => {
          if (virt != null) arrive();
        },
        "register.read": ({ register }) => {
          if (posted.size > 0 && registerAt(register).where === "mmio") arrive();
        },
        "op.ended": () => {
          for (const [entry, { word, ...at }] of posted)
            report.findingAt(
              at,
              [{ family: "gatt", number: entry }],
              `nothing was read since ${hex(word)} was written: a bridge may still hold it`,
            );
          posted.clear();
        },
      },
    };
  },
};
