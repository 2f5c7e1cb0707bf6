// matrix.ts - a process of its own that records the whole matrix and says how long it took and what memory.

import { runMatrix, usual } from "../../../src/cli/matrix.ts";
import { peakMemory, report } from "../process.ts";

/** Seconds, and kilobytes at most. */
export interface MatrixRun {
  readonly seconds: number;
  readonly peak: number;
}

const folder = process.argv[2]!;
const since = performance.now();
await runMatrix({ ...usual, workload: "testgart", seed: 0 }, folder, true);
report<MatrixRun>({ seconds: (performance.now() - since) / 1000, peak: peakMemory() });
