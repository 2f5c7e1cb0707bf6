// verify.ts - how long it takes to hold everything against a long trace, in what memory, and what opening one costs.

import { join } from "node:path";
import { counted } from "../../src/report/text.ts";
import type { Recording } from "./process/record.ts";
import type { Verifying } from "./process/verify.ts";
import { resultOf } from "./process.ts";
import { atMost, FEW, peaks, rateOf, steadyMemory, type Table } from "./table.ts";

/** Milliseconds that the looks at a sound trace may cost at every opening. */
const LOOKS = 5;
const milliseconds = (time: number): string => `${time.toFixed(1)} ms`;

export const verifyTable: Table = {
  name: "verify",
  length: 10_000_000,
  short: 200_000,
  measure(folder, length) {
    const path = join(folder, "verified.gart");
    const verified = (events: number): Verifying => {
      resultOf<Recording>("record", "churn", events, path);
      return resultOf<Verifying>("verify", path);
    };
    const few = verified(FEW);
    const many = verified(length);
    const looks = many.open - many.bare;
    return {
      title: `verify of ${counted(many.events)} events of churn; a process each`,
      heading: ["", "measured"],
      rows: [
        {
          cells: [
            "the whole",
            `${many.seconds.toFixed(0)} s, ${rateOf(many.events, many.seconds)}`,
          ],
          budgets: [],
        },
        { cells: ["  it says how far it is", `${counted(many.words)} times`], budgets: [] },
        {
          cells: ["peak memory, long run : short run", peaks(many.peak, few.peak)],
          budgets: [steadyMemory(many.peak, few.peak)],
        },
        {
          cells: [
            "opening it, beside reading its row by SQLite alone",
            `${milliseconds(many.open)}, ${milliseconds(many.bare)}`,
          ],
          budgets: [atMost(LOOKS, looks, milliseconds)],
        },
      ],
    };
  },
};
