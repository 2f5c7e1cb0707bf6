// verify.ts - a process of its own that verifies a trace and opens it often: what time and memory that takes.

import Sqlite from "better-sqlite3";
import { tellProof } from "../../../src/library/tell-proof.ts";
import { openTrace } from "../../../src/library/trace.ts";
import { peakMemory, report } from "../process.ts";

export interface Verifying {
  readonly events: number;
  readonly seconds: number;
  /** How often it said how far it was. */
  readonly words: number;
  /** Kilobytes at most. */
  readonly peak: number;
  /** Milliseconds of the median opening, and of one that only reads the trace's row by SQLite. */
  readonly open: number;
  readonly bare: number;
}

const path = process.argv[2]!;
const OPENINGS = 51;

const timed = (action: () => void): number => {
  const since = performance.now();
  action();
  return performance.now() - since;
};
const median = (times: number[]): number => times.sort((a, b) => a - b)[OPENINGS >> 1]!;

function bare(): void {
  const database = new Sqlite(path, { readonly: true });
  database.prepare("SELECT * FROM trace").get();
  database.close();
}

const [opened, read]: [number[], number[]] = [[], []];
// In turns, for a machine is not always as fast.
for (let n = 0; n < OPENINGS; n++) {
  opened.push(timed(() => openTrace(path).close()));
  read.push(timed(bare));
}

const trace = openTrace(path);
const { count: events } = trace;
let words = 0;
let exitCode = 0;
const took = timed(() => {
  ({ exitCode } = tellProof(trace, () => words++));
});
trace.close();
if (exitCode !== 0) throw new Error(`a sound trace is verified with exit code ${exitCode}`);
report<Verifying>({
  ...{ events, words, seconds: took / 1000, peak: peakMemory() },
  ...{ open: median(opened), bare: median(read) },
});
