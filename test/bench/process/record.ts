// record.ts - a process of its own that records a workload and says what time and memory it took.

import { recordTo, setupOf } from "../../../src/library/recording.ts";
import { wander } from "../../../src/workload/workload.ts";
import { churn, machine } from "../churn.ts";
import { peakMemory, report } from "../process.ts";

/** Seconds, with index, digest and finish mark; kilobytes at most. */
export interface Recording {
  readonly events: number;
  readonly seconds: number;
  readonly peak: number;
}

const [, , name, length, path] = process.argv as [string, string, string, string, string];
const workload = name === "wander" ? wander(Number(length), 0) : churn(Number(length));
const since = performance.now();
const { events } = await recordTo(path, setupOf({ ...machine, workload }), true);
const seconds = (performance.now() - since) / 1000;
report<Recording>({ events, seconds, peak: peakMemory() });
