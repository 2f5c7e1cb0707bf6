// record.ts - how fast a run is recorded, against SQLite taking the same rows from a loop and from a table.
//
// Each in a process of its own, in turns: in one process the recording pays for the garbage of the loop, which
// holds a million rows.

import { join } from "node:path";
import { counted } from "../../src/report/text.ts";
import type { Inserting } from "./process/insert.ts";
import type { Stages } from "./process/stages.ts";
import { resultOf } from "./process.ts";
import {
  atLeast,
  atMost,
  type Budget,
  middleOf,
  type Row,
  rateOf,
  ratio,
  stretch,
  type Table,
} from "./table.ts";

const ROUNDS = 5;

export const recordTable: Table = {
  name: "record",
  length: 1_000_000,
  short: 100_000,
  measure(folder, length) {
    const path = join(folder, "record.gart");
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ...resultOf<Stages>("stages", length, path),
      ...resultOf<Inserting>("insert", path, folder),
    }));
    const { events, bytes, record, finish, simulate, first, loop, select } = middleOf(
      rounds,
      (round) => round.loop / round.record,
    );
    const row = (what: string, took: number): Row => ({
      cells: [what, rateOf(events, took), `${((took / events) * 1e6).toFixed(2)} us`],
      budgets: [],
    });
    const against = (what: string, of: number, ...budgets: Budget[]): Row => ({
      cells: [what, ratio(of), ""],
      budgets,
    });
    const looped = loop / record;
    const finished = loop / (record + finish);
    const selected = select / record;
    const size = bytes / events;
    const tenths = (figure: number) => figure.toFixed(1);
    return {
      title: `${counted(events)} events of churn on xen-i386 with the gart hooks, the middle of ${ROUNDS} rounds`,
      heading: ["", "measured", "an event"],
      rows: [
        row("record, simulation, judge and store", record),
        row("  index, digest and finish mark on top", finish),
        row("simulation alone", simulate),
        row("bare loop inserting the same rows", loop),
        row("INSERT ... SELECT of the same rows", select),
        against("record : bare loop", looped, stretch(atLeast(1.2, looped, ratio))),
        against("record : INSERT ... SELECT", selected, stretch(atLeast(0.4, selected, ratio))),
        against("record with finish : bare loop", finished, atLeast(1, finished, ratio)),
        against("  the first time in a process", loop / first),
        {
          cells: ["bytes an event, index included", tenths(size), ""],
          budgets: [atMost(60, size, tenths)],
        },
      ],
    };
  },
};
