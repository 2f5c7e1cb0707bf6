// matrix.ts - the whole matrix of platforms and hook sets: its time and its memory.

import type { MatrixRun } from "./process/matrix.ts";
import { resultOf } from "./process.ts";
import { atMost, megabytes, type Table } from "./table.ts";

export const matrixTable: Table = {
  name: "matrix",
  length: 0,
  short: 0,
  measure(folder) {
    const { seconds, peak } = resultOf<MatrixRun>("matrix", folder);
    return {
      title: "all platforms with all hook sets, testgart",
      heading: ["", "measured"],
      rows: [
        {
          cells: ["seconds", seconds.toFixed(1)],
          budgets: [atMost(60, seconds, (figure) => figure.toFixed(1))],
        },
        {
          cells: ["peak memory", megabytes(peak)],
          budgets: [atMost(500 * 1024, peak, megabytes)],
        },
      ],
    };
  },
};
