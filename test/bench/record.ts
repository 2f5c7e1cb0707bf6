// record.ts - how fast a run is recorded, against SQLite taking the same rows from a loop and from a table.
//
// Each in a process of its own, in turns: in one process the recording pays for the garbage of the loop, which
// holds a million rows.

import { join } from "node:path";
import { counted } from "../../src/report/text.ts";
import type { Inserting } from "./process/insert.ts";
import type { Stages } from "./process/stages.ts";
import { told } from "./process.ts";
import { rateOf, type Table } from "./table.ts";

const ROUNDS = 3;

export const recordTable: Table = {
  name: "record",
  length: 1_000_000,
  measure(folder, length) {
    const path = join(folder, "record.gart");
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ...told<Stages>("stages", length, path),
      ...told<Inserting>("insert", path, folder),
    }));
    rounds.sort((a, b) => a.loop / a.record - b.loop / b.record);
    const { events, bytes, record, finish, simulate, loop, select } =
      rounds[Math.floor(ROUNDS / 2)]!;
    const row = (what: string, took: number) => [
      what,
      rateOf(events, took),
      `${((took / events) * 1e6).toFixed(2)} us`,
      "",
    ];
    const ratio = (what: string, of: number, budget = "-") => [what, of.toFixed(2), "", budget];
    return {
      title: `${counted(events)} events of churn on xen-i386 with the gart hooks, the middle of ${ROUNDS} rounds`,
      heading: ["", "measured", "an event", "budget"],
      rows: [
        row("record, simulation and store", record),
        row("  index, digest and finish mark on top", finish),
        row("simulation alone", simulate),
        row("bare loop inserting the same rows", loop),
        row("INSERT ... SELECT of the same rows", select),
        ratio("record : bare loop", loop / record, "0.80 or more"),
        ratio("record : INSERT ... SELECT", select / record, "0.40 or more, a stretch"),
        ratio("record with finish : bare loop", loop / (record + finish)),
        ["bytes an event, index included", (bytes / events).toFixed(1), "", "60 or less"],
      ],
    };
  },
};
