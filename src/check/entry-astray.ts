// entry-astray.ts - a GATT entry leads to the page that its writer meant.
//
// The bug of March 2005: agpgart took the address from virt_to_phys(), which under Xen is pseudo-physical,
// and the GART went to whatever lay at that machine address (xen c3565a2b1d, linux 07eee78ea8ba).

import { hex } from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Check } from "./check.ts";

export const entryAstray: Check = {
  name: "entry-astray",
  holds: "every GATT entry leads to the page that was meant",
  byEvent: true,
  watch: (_, report) => ({
    after: {
      "gatt.written": (event) => {
        if (event.bus == null) return;
        if (event.machine == null) {
          report.unknown("the trace does not say where the page of an entry lies");
          return;
        }
        const verdict = verdictOf(addressesOf(event), null);
        if (verdict === null || !isWrong(verdict)) return;
        report.finding(
          [{ family: "gatt", number: event.entry }],
          `names ${hex(event.bus)}:b, which leads to ${event.reached == null ? "nothing" : `${hex(event.reached)}:m`}; the page is at ${hex(event.machine)}:m`,
          verdict,
        );
      },
    },
  }),
};
