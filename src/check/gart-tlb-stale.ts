// gart-tlb-stale.ts - after a bind or unbind every entry in the GART's TLB is as in the table.
//
// VIA's flush did nothing on some bridges (history 51f4e6ad0e and 885de7803b, February 2005; f4bf05a96f undid
// it in March), ServerWorks' could hang (2e8b601f84).

import { type GattIndex, hex } from "../address.ts";
import { cachedEntry, fetch } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const gartTlbStale: Check = {
  name: "gart-tlb-stale",
  holds: "after each operation the GART's TLB agrees with the table",
  watch: (_, report) => {
    /** The stale entries that were reported: the word of each in the TLB. */
    const reported = new Map<GattIndex, number>();
    /** Entries written since the last look; null where anything of the table may have changed. */
    let touched: Set<GattIndex> | null = null;
    const anything = (): void => {
      touched = null;
    };
    const look = (state: State, page: GattIndex): void => {
      const held = cachedEntry(state, page)?.word;
      const now = held === undefined ? undefined : fetch(state, page)?.word;
      if (held === undefined || now === undefined || now === held) reported.delete(page);
      else if (reported.get(page) !== held) {
        reported.set(page, held);
        report.finding(
          [{ family: "gatt", number: page }],
          `the TLB still holds ${hex(held)}, the table says ${hex(now)}`,
          "stale",
        );
      }
    };
    return {
      after: {
        "gatt.written": ({ entry }) => touched?.add(entry),
        "tlb.flushed": ({ which }) => {
          if (which === "gart") reported.clear();
        },
        "directory.written": anything,
        "register.written": anything,
        // Where the table is mapped cached, the chipset sees an entry only after this flush.
        "cache.flushed": ({ size }) => {
          if (size != null) anything();
        },
        "op.ended": (_event, { state }) => {
          if (state.tlb.size > 0) for (const page of touched ?? tlbPages(state)) look(state, page);
          else reported.clear();
          touched = new Set();
        },
      },
    };
  },
};

function* tlbPages({ tlb }: State): Generator<GattIndex> {
  for (const [page] of tlb.tables.word) yield page;
}
