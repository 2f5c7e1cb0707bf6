// entry-unflushed.ts - when a bind or unbind is done, no entry lies in the CPU's cache alone.
//
// Where the table is mapped cached the chipset sees an entry as of the last flush of its line (U3, UniNorth).

import { hex } from "../address.ts";
import type { Check } from "./check.ts";

export const entryUnflushed: Check = {
  name: "entry-unflushed",
  holds: "after each operation every entry written is where the chipset can see it",
  watch: (_, report) => ({
    after: {
      "op.ended": (_event, { state }) => {
        for (const [place, { word }] of state.dirty)
          report.finding(
            [{ family: "content", number: Math.floor(place / 1024) }],
            `the word ${hex(word)} at ${hex(place * 4)}:m is in the CPU's cache alone`,
            "stale",
          );
      },
    },
  }),
};
