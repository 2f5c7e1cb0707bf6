// wander.ts - a random walk over all that the front end offers, recorded: its time, its events and its memory.

import { join } from "node:path";
import { counted } from "../../src/report/text.ts";
import type { Recording } from "./process/record.ts";
import { resultOf } from "./process.ts";
import { atLeast, megabytes, type Row, ratio, steadyMemory, type Table } from "./table.ts";

const rate = ({ events, seconds }: Recording): number => Math.round(events / seconds);

export const wanderTable: Table = {
  name: "wander",
  // Operations, of some 170 events each.
  length: 200_000,
  short: 20_000,
  measure(folder, length) {
    const short = Math.ceil(length / 10);
    const path = join(folder, "wander.gart");
    const row = (what: string, of: (run: Recording) => string): Row => ({
      cells: [what, of(few), of(many), ""],
      budgets: [],
    });
    const few = resultOf<Recording>("record", "wander", short, path);
    const many = resultOf<Recording>("record", "wander", length, path);
    return {
      title: "operations of a random walk, recorded into finished traces; a process each",
      heading: ["", `${counted(short)} operations`, `${counted(length)} operations`, "ratio"],
      rows: [
        row("seconds", ({ seconds }) => seconds.toFixed(1)),
        row("events", ({ events }) => counted(events)),
        {
          ...row("events/s", (run) => counted(rate(run))),
          budgets: [atLeast(250_000, rate(many), counted)],
        },
        {
          cells: [
            "peak memory",
            megabytes(few.peak),
            megabytes(many.peak),
            ratio(many.peak / few.peak),
          ],
          budgets: [steadyMemory(many.peak, few.peak)],
        },
      ],
    };
  },
};
