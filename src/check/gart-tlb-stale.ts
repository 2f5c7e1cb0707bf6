// gart-tlb-stale.ts - when a bind or unbind is done, the GART's TLB holds nothing that the table does not say.
//
// VIA's flush did nothing on some bridges (history 51f4e6ad0e and 885de7803b, February 2005; f4bf05a96f undid
// it in March), ServerWorks' could hang (2e8b601f84).

import { hex } from "../address.ts";
import { cachedEntry, fetch } from "../machine/gart.ts";
import type { Check } from "./check.ts";

export const gartTlbStale: Check = {
  name: "gart-tlb-stale",
  holds: "after each operation the GART's TLB agrees with the table",
  watch: (_, report) => ({
    after: {
      "op.ended": (_event, { state }) => {
        for (const [page] of state.tlb) {
          const { word } = cachedEntry(state, page)!;
          const now = fetch(state, page)?.word;
          if (now === undefined || now === word) continue;
          report.finding(
            [{ family: "gatt", number: page }],
            `the TLB still holds ${hex(word)}, the table says ${hex(now)}`,
            "stale",
          );
        }
      },
    },
  }),
};
