// stages.ts - a process of its own that simulates, records and finishes a run, and says how long each took.

import { statSync } from "node:fs";
import { JudgedSink } from "../../../src/library/judged-sink.ts";
import { setupOf } from "../../../src/library/recording.ts";
import { record } from "../../../src/recorder/record.ts";
import { aboutRun } from "../../../src/scenario/setup.ts";
import { TraceWriter } from "../../../src/store/write.ts";
import { churn, machine } from "../churn.ts";
import { report } from "../process.ts";

/** Seconds. */
export interface Stages {
  readonly events: number;
  readonly bytes: number;
  /** Simulation, judge and store together: until the last event is in the file. */
  readonly record: number;
  /** The index, the digest and the finish mark on top. */
  readonly finish: number;
  /** The simulation alone, its events thrown away. */
  readonly simulate: number;
  /** Record and finish, the first time in the process. */
  readonly first: number;
}

const [, , length, path] = process.argv as [string, string, string, string];
/** As the command has it: out of modules its start takes several times as long, and the first batches wait for it. */
const thread = new URL("../../../bundle/file-worker.cjs", import.meta.url);
const setup = setupOf({ ...machine, workload: churn(Number(length)) });
const seconds = (since: number): number => (performance.now() - since) / 1000;

async function stages(): Promise<Omit<Stages, "first">> {
  const simulating = performance.now();
  for (const _ of record(setup, { take: () => {} }));
  const simulate = seconds(simulating);
  const about = aboutRun(setup);
  const writer = await TraceWriter.create(path, about, { force: true, thread });
  const sink = new JudgedSink(writer, about);
  const recording = performance.now();
  for (const _ of record(setup, sink));
  const recorded = seconds(recording);
  const finishing = performance.now();
  writer.judged(sink.end()!);
  const { events } = writer.finish();
  const finish = seconds(finishing);
  return { events, bytes: statSync(path).size, record: recorded, finish, simulate };
}

// The first time warms up, and so does the second: V8 makes code anew when a run's functions are there once more.
const { record: recordFirst, finish: finishFirst } = await stages();
await stages();
report<Stages>({ ...(await stages()), first: recordFirst + finishFirst });
