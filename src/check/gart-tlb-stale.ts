// gart-tlb-stale.ts - when a bind or unbind is done, the GART's TLB holds nothing that the table does not say.
//
// VIA's flush did nothing on some bridges (history 51f4e6ad0e and 885de7803b, February 2005; f4bf05a96f undid
// it in March), ServerWorks' could hang (2e8b601f84).

import { hex } from "../address.ts";
import { cachedEntry, fetch } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const gartTlbStale: Check = {
  name: "gart-tlb-stale",
  holds: "after each operation the GART's TLB agrees with the table",
  watch: (_, report) => {
    /** Stale entries that were told, by page of the aperture: the word in the TLB. */
    const told = new Map<number, number>();
    /** Entries written since the last look; null where anything of the table may have changed. */
    let touched: Set<number> | null = null;
    const anything = (): void => {
      touched = null;
    };
    const look = (state: State, page: number): void => {
      const held = cachedEntry(state, page)?.word;
      const now = held === undefined ? undefined : fetch(state, page)?.word;
      if (held === undefined || now === undefined || now === held) told.delete(page);
      else if (told.get(page) !== held) {
        told.set(page, held);
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
          if (which === "gart") told.clear();
        },
        "directory.written": anything,
        "register.written": anything,
        // Of a cached table, what is flushed is seen only from here on.
        "cache.flushed": ({ size }) => {
          if (size != null) anything();
        },
        "op.ended": (_event, { state }) => {
          if (state.tlb.size > 0) for (const page of touched ?? tlbPages(state)) look(state, page);
          else told.clear();
          touched = new Set();
        },
      },
    };
  },
};

function* tlbPages({ tlb }: State): Generator<number> {
  for (const [page] of tlb.tables.word) yield page;
}
