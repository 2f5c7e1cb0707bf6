// check.ts - how fast all checks go over a run as it is made, and in what memory.

import { counted } from "../../src/report/text.ts";
import type { Checking } from "./process/check.ts";
import { resultOf } from "./process.ts";
import { FEW, peaks, steadyMemory, type Table } from "./table.ts";

export const checkTable: Table = {
  name: "check",
  length: 10_000_000,
  short: 300_000,
  measure(_, length) {
    const [few, many] = [FEW, length].map((count) => resultOf<Checking>("check", count));
    return {
      title: `all checks over ${counted(many!.events)} events of churn, and ${counted(few!.events)}; a process each`,
      heading: ["", "measured"],
      rows: [
        { cells: ["the checks alone", `${counted(many!.rate)} events/s`], budgets: [] },
        {
          cells: ["peak memory, long run : short run", peaks(many!.peak, few!.peak)],
          budgets: [steadyMemory(many!.peak, few!.peak)],
        },
      ],
    };
  },
};
