// entry-unflushed.ts - at a flush of the GART's TLB and at the end of an operation all entries are in memory.
//
// Where the table is mapped cached the chipset sees an entry as of the last flush of its line (U3, UniNorth).

import { hex, machineOfWord, mfnOf, type WordIndex } from "../address.ts";
import type { State } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const entryUnflushed: Check = {
  name: "entry-unflushed",
  holds: "a driver that says it is done has every entry where the chipset can see it",
  counts: true,
  watch: (_, report) => {
    /** The words in the CPU's cache that were reported: the seq of the write of each. */
    const reported = new Map<WordIndex, number>();
    /** Whether a word went into the cache since the last look, and the op that it was written in. */
    let isWritten = false;
    const look = ({ dirty }: State, op: number): void => {
      if (dirty.size === 0) {
        if (isWritten) report.held();
        isWritten = false;
        reported.clear();
        return;
      }
      for (const at of reported.keys()) if (!dirty.has(at)) reported.delete(at);
      for (const [at, { word, seq }] of dirty) {
        if (reported.get(at) === seq) continue;
        reported.set(at, seq);
        report.findingAt(
          { seq, op },
          [{ family: "content", number: mfnOf(machineOfWord(at)) }],
          `the word ${hex(word)} at ${hex(machineOfWord(at))}:m is in the CPU's cache alone`,
          "stale",
        );
      }
    };
    return {
      after: {
        "gatt.written": (_event, { state }) => {
          if (state.dirty.size > 0) isWritten = true;
        },
        "tlb.flushed": ({ which }, { state, op }) => {
          if (which === "gart") look(state, op);
        },
        "op.ended": (_event, { state, op }) => look(state, op),
      },
    };
  },
};
