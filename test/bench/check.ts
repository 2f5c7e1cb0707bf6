// check.ts - how fast all checks go over a run, and in how much memory: events a second and peak kilobytes.
//
// The run is checked as it is made: its events are never all there at once.

import { checks } from "../../src/check/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { setupOf } from "../../src/cli/recording.ts";
import type { Recorded } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { record } from "../../src/record.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { aboutRun, type Setup } from "../../src/scenario/setup.ts";
import { churn, machine } from "./churn.ts";

const events = Number(process.argv[2]);
const setup = setupOf({ ...machine, workload: churn(events) });

function* happening(setup: Setup): Generator<Recorded> {
  let batch: Recorded[] = [];
  for (const _ of record(setup, (seq, op, event) => batch.push({ seq, op, event }))) {
    yield* batch;
    batch = [];
  }
}

const timed = (run: () => number): { seconds: number; events: number } => {
  const start = performance.now();
  const events = run();
  return { seconds: (performance.now() - start) / 1000, events };
};
const made = timed(() => {
  let count = 0;
  for (const _ of happening(setup)) count++;
  return count;
});
const about = aboutRun(setup);
const checked = timed(() => {
  const state = new State(natureOf(about));
  for (const { check, count, failure } of runChecks(about, happening(setup), state, checks))
    if (count > 0 || failure !== null) throw new Error(`${check.name} complains of a right run`);
  return state.moment;
});
const kilobytes = process.resourceUsage().maxRSS;
const rate = Math.round(checked.events / (checked.seconds - made.seconds));
process.stdout.write(`${JSON.stringify({ events: checked.events, rate, kilobytes })}\n`);
