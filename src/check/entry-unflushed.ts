// entry-unflushed.ts - when the GART's TLB is flushed, or an operation done, no entry lies in the CPU's cache alone.
//
// Where the table is mapped cached the chipset sees an entry as of the last flush of its line (U3, UniNorth).

import { hex } from "../address.ts";
import type { State } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const entryUnflushed: Check = {
  name: "entry-unflushed",
  holds: "a driver that says it is done has every entry where the chipset can see it",
  watch: (_, report) => {
    /** Words in the cache that were told, by place: the write that put them there. */
    const told = new Map<number, number>();
    const look = ({ dirty }: State): void => {
      if (dirty.size === 0) {
        told.clear();
        return;
      }
      for (const place of told.keys()) if (!dirty.has(place)) told.delete(place);
      for (const [place, { word, seq }] of dirty) {
        if (told.get(place) === seq) continue;
        told.set(place, seq);
        report.finding(
          [{ family: "content", number: Math.floor(place / 1024) }],
          `the word ${hex(word)} at ${hex(place * 4)}:m is in the CPU's cache alone`,
          "stale",
        );
      }
    };
    return {
      after: {
        "tlb.flushed": ({ which }, { state }) => {
          if (which === "gart") look(state);
        },
        "op.ended": (_event, { state }) => look(state),
      },
    };
  },
};
