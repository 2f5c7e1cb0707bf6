// memory.ts - the memory that recording takes, of a long run and of a short one.

import { join } from "node:path";
import { counted } from "../../src/report/text.ts";
import type { Recording } from "./process/record.ts";
import { resultOf } from "./process.ts";
import { FEW, peaks, steadyMemory, type Table } from "./table.ts";

export const memoryTable: Table = {
  name: "memory",
  length: 1_000_000,
  short: 200_000,
  measure(folder, length) {
    const path = join(folder, "churn.gart");
    const [few, many] = [FEW, length].map((count) =>
      resultOf<Recording>("record", "churn", count, path),
    );
    return {
      title: `recording ${counted(many!.events)} events of churn, and ${counted(few!.events)}; a process each`,
      heading: ["", "measured"],
      rows: [
        {
          cells: ["peak memory, long run : short run", peaks(many!.peak, few!.peak)],
          budgets: [steadyMemory(many!.peak, few!.peak)],
        },
      ],
    };
  },
};
