// csv.ts - the public view `events` as comma-separated values: a line of names, then a line an event.
//
// RFC 4180, lines ending in \n. What is not known is an empty field; an empty text is "".

import { stringify } from "csv-stringify/sync";
import type { Cell } from "../../store/query.ts";
import type { ExportFormat } from "./format.ts";
import { runsOf, viewOf } from "./view.ts";

/** Rows made into text at once. */
const ROWS = 1024;

export const csv: ExportFormat = {
  name: "csv",
  traces: 1,
  binary: false,
  *pieces([trace]) {
    const { columns, rows } = viewOf(trace!);
    yield text([columns]);
    for (const run of runsOf(rows, ROWS)) yield text(run);
  },
};

const text = (rows: readonly (readonly Cell[])[]): string =>
  stringify([...rows], {
    cast: {
      bigint: String,
      string: (value) => (value === "" ? { value, quoted_empty: true } : value),
    },
    // Some readers take a carriage return alone for the end of a line.
    quoted_match: /\r/,
  });
