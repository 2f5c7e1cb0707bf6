// check.ts - a process of its own in which all checks go over a run: how fast, and in how much memory.
//
// The run is checked as it is made: its events are never all there at once.

import { checks } from "../../../src/check/index.ts";
import { runChecks } from "../../../src/check/run.ts";
import type { Recorded } from "../../../src/event/vocabulary.ts";
import { setupOf } from "../../../src/library/recording.ts";
import { State } from "../../../src/machine/state.ts";
import { record } from "../../../src/recorder/record.ts";
import { natureOf } from "../../../src/replay/replay.ts";
import { aboutRun, type Setup } from "../../../src/scenario/setup.ts";
import { churn, machine } from "../churn.ts";
import { peakMemory, report } from "../process.ts";
import { FEW } from "../table.ts";

/** Events a second that the checks take, the simulation not counted; kilobytes at most. */
export interface Checking {
  readonly events: number;
  readonly rate: number;
  readonly peak: number;
}

const events = Number(process.argv[2]);
const setup = setupOf({ ...machine, workload: churn(events) });

function* happening(setup: Setup): Generator<Recorded> {
  let batch: Recorded[] = [];
  for (const _ of record(setup, {
    take: (seq, op, event) => void batch.push({ seq, op, event }),
  })) {
    yield* batch;
    batch = [];
  }
}

const timed = (run: () => number): { seconds: number; events: number } => {
  const start = performance.now();
  const events = run();
  return { seconds: (performance.now() - start) / 1000, events };
};
const make = (setup: Setup): number => {
  let count = 0;
  for (const _ of happening(setup)) count++;
  return count;
};
// Until the code is compiled; not measured.
make(setupOf({ ...machine, workload: churn(FEW) }));
const made = timed(() => make(setup));
const about = aboutRun(setup);
const checked = timed(() => {
  const state = new State(natureOf(about));
  for (const { check, count, failure } of runChecks(about, happening(setup), state, checks))
    if (count > 0 || failure !== null) throw new Error(`${check.name} complains of a right run`);
  return state.moment;
});
const rate = Math.round(checked.events / (checked.seconds - made.seconds));
report<Checking>({ events: checked.events, rate, peak: peakMemory() });
