// table-base.ts - the chipset fetches entry i from the page where the driver writes entry i.
//
// A table from __get_free_pages is one run of pseudo-physical pages and, under Xen, scattered machine frames:
// "the GATT must be allocated as a contiguous region" is why alloc_gatt_pages exists (linux 07eee78ea8ba). A
// PowerMac whose GART_BASE gets the DMA handle fetches from wherever that number points (LKML, 17 March 2005).

import { hex, mfnOf, offset, PAGE_SIZE, raw, untranslated } from "../address.ts";
import type { Check } from "./check.ts";

export const tableBase: Check = {
  name: "table-base",
  holds: "the chipset finds the table's pages where the driver wrote them",
  watch: (_, report) => ({
    after: {
      "register.written": ({ register, bus }, { state }) => {
        const { chipset, physIsMachine } = state.nature;
        // A two-level table has a directory of one page; its words are checked one by one.
        if (bus == null || chipset === null || chipset.directory !== null) return;
        const known = chipset.registers.find(({ number }) => number === register);
        if (known?.holdsTable !== true) return;
        const base = chipset.tableBase(state)?.base;
        if (base === undefined) return;
        for (let page = 0; page < state.table.size; page++) {
          const fetched = offset(untranslated(base), page * PAGE_SIZE);
          const frame = state.table.frameOf(page)!;
          if (raw(mfnOf(fetched)) === frame) continue;
          report.finding(
            [{ family: "register", number: register }],
            `page ${page} of the table is fetched from ${hex(fetched)}:m, the driver writes it at ${hex(frame * PAGE_SIZE)}:m`,
            verdictOfPage(page, physIsMachine),
          );
          return;
        }
      },
    },
  }),
};

const verdictOfPage = (page: number, physIsMachine: boolean) => {
  if (page > 0) return "discontiguous";
  return physIsMachine ? "foreign-frame" : "wrong-space";
};
