// view.ts - the public view `events` of a trace, row by row, for formats that are tables.

import type { Answer, Cell } from "../../store/query.ts";
import type { TraceReader } from "../../store/read.ts";

/** The view's columns and its rows in the order of seq, none after the last that `trace` knows of. */
export const viewOf = (trace: TraceReader): Answer =>
  trace.query(`SELECT * FROM events WHERE seq <= ${trace.count} ORDER BY seq`);

/** The rows in runs of so many, the last one shorter. */
export function* runsOf(rows: Iterable<readonly Cell[]>, length: number) {
  let run: (readonly Cell[])[] = [];
  for (const row of rows) {
    run.push(row);
    if (run.length < length) continue;
    yield run;
    run = [];
  }
  if (run.length > 0) yield run;
}
