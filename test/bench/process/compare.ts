// compare.ts - a process of its own that compares two traces and says what time and memory it took.

import { answerOf } from "../../../src/diff/comparison.ts";
import { compare } from "../../../src/diff/diff.ts";
import { TraceReader } from "../../../src/store/read.ts";
import { peakMemory, report } from "../process.ts";

/** Seconds, and kilobytes at most; the events of both traces. */
export interface Compared {
  readonly events: number;
  readonly alike: boolean;
  readonly seconds: number;
  readonly peak: number;
}

const [, , a, b, how] = process.argv as [string, string, string, string, string];
const traces = [TraceReader.open(a), TraceReader.open(b)] as const;
for (const trace of traces) trace.forgetPages();
const since = performance.now();
const comparison = compare(...traces, { readAll: how === "read" });
const seconds = (performance.now() - since) / 1000;
const events = traces[0].count + traces[1].count;
for (const trace of traces) trace.close();
report<Compared>({ events, alike: answerOf(comparison) === "alike", seconds, peak: peakMemory() });
