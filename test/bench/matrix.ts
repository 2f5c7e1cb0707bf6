// matrix.ts - the whole matrix of platforms and hook sets: its time and its memory.

import type { MatrixRun } from "./process/matrix.ts";
import { told } from "./process.ts";
import { megabytes, type Table } from "./table.ts";

export const matrixTable: Table = {
  name: "matrix",
  length: 0,
  measure(folder) {
    const { seconds, peak } = told<MatrixRun>("matrix", folder);
    return {
      title: "all platforms with all hook sets, testgart",
      heading: ["", "measured", "budget"],
      rows: [
        ["seconds", seconds.toFixed(1), "60 or less"],
        ["peak memory", megabytes(peak), "500 MB or less"],
      ],
    };
  },
};
