// gart-tlb-stale.ts - after a bind or unbind every entry in the GART's TLB is as in the table.
//
// VIA's flush did nothing on some bridges (history 51f4e6ad0e and 885de7803b, February 2005; f4bf05a96f undid
// it in March), ServerWorks' could hang (2e8b601f84).

import { type GattIndex, hex } from "../address.ts";
import { cachedEntry, fetch } from "../machine/gart.ts";
import type { State } from "../machine/state.ts";
import { Table } from "../machine/table.ts";
import type { Check, EventAt } from "./check.ts";

export const gartTlbStale: Check = {
  name: "gart-tlb-stale",
  holds: "after each operation the GART's TLB agrees with the table",
  counts: true,
  watch: (_, report) => {
    /** The stale entries that were reported: the word of each in the TLB. */
    const reported = new Map<GattIndex, number>();
    /** Entries written since the last look; null where anything of the table may have changed. */
    let touched: Set<GattIndex> | null = null;
    /** The last event by which anything of the table may have changed. */
    let changed: EventAt = { seq: 0, op: -1 };
    /** The last write of each entry: its seq, and its op plus 1. */
    const seqs = new Table<GattIndex, number>();
    const ops = new Table<GattIndex, number>();
    const writeOf = (page: GattIndex): EventAt => {
      const seq = seqs.get(page);
      return seq === undefined ? changed : { seq, op: ops.get(page)! - 1 };
    };
    const anything = (_event: unknown, { seq, op }: EventAt): void => {
      touched = null;
      changed = { seq, op };
    };
    const look = (state: State, page: GattIndex): void => {
      const cachedWord = cachedEntry(state, page)?.word;
      const currentWord = cachedWord === undefined ? undefined : fetch(state, page)?.word;
      if (cachedWord === undefined || currentWord === undefined) reported.delete(page);
      else if (currentWord === cachedWord) {
        reported.delete(page);
        report.held();
      } else if (reported.get(page) !== cachedWord) {
        reported.set(page, cachedWord);
        report.findingAt(
          writeOf(page),
          [{ family: "gatt", number: page }],
          `the TLB still holds ${hex(cachedWord)}, the table says ${hex(currentWord)}`,
          "stale",
        );
      }
    };
    return {
      after: {
        "gatt.written": ({ entry }, { seq, op }) => {
          touched?.add(entry);
          seqs.set(entry, seq);
          ops.set(entry, op + 1);
        },
        "tlb.flushed": ({ which }) => {
          if (which === "gart") reported.clear();
        },
        "directory.written": anything,
        "register.written": anything,
        // Where the table is mapped cached, the chipset sees an entry only after this flush.
        "cache.flushed": (event, moment) => {
          if (event.size != null) anything(event, moment);
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
