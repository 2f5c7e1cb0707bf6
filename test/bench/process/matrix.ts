// matrix.ts - a process of its own that records the whole matrix and says how long it took and what memory.

import { matrix, usualMatrix } from "../../../src/index.ts";
import { peakMemory, report } from "../process.ts";

/** Seconds, and kilobytes at most. */
export interface MatrixRun {
  readonly seconds: number;
  readonly peak: number;
}

const folder = process.argv[2]!;
const since = performance.now();
await matrix({ ...usualMatrix, workload: "testgart", seed: 0 }, folder, { force: true });
report<MatrixRun>({ seconds: (performance.now() - since) / 1000, peak: peakMemory() });
