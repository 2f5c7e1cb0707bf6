// entry-overwritten.ts - an entry that leads to memory in use is emptied before it leads elsewhere.
//
// agp_generic_insert_memory answers -EBUSY for a range in which anything is bound (2.6.12-rc2, generic.c).

import { type GattIndex, hex, type Pfn, pfnOf } from "../address.ts";
import { uses } from "../event/memory.ts";
import { Table } from "../machine/table.ts";
import type { Check } from "./check.ts";

export const entryOverwritten: Check = {
  name: "entry-overwritten",
  holds: "an entry that leads to memory in use is emptied before it is used again",
  counts: true,
  watch: (_, report) => {
    /** The AGP page that an entry was written for. */
    const pages = new Table<GattIndex, Pfn>();
    return {
      before: {
        "gatt.written": ({ entry, phys }, { state }) => {
          const before = pages.get(entry);
          const page = phys == null ? undefined : pfnOf(phys);
          const isAgp = (pfn: Pfn | undefined): pfn is Pfn => {
            const owner = pfn === undefined ? null : state.allocationOf(pfn);
            return owner !== null && uses[owner.use] === "agp";
          };
          if (isAgp(page)) pages.set(entry, page);
          else pages.delete(entry);
          if (!isAgp(page)) return;
          if (!isAgp(before)) {
            report.held();
            return;
          }
          report.finding(
            [
              { family: "gatt", number: entry },
              { family: "allocation", number: state.allocation.get(before)! },
            ],
            `the entry led to pfn ${hex(before)}, which is in use, and is taken for pfn ${hex(page)}`,
          );
        },
      },
    };
  },
};
