// stored.ts - a trace of a test in a file, with keyframes as close together as the test wants them.

import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { TraceReader } from "../../src/store/read.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { freshPath } from "../store/sample.ts";

/** Writes a trace with a keyframe every so many events, and gives its path. */
export async function storedAt(trace: Trace, spacing: number): Promise<string> {
  const path = freshPath();
  const writer = await TraceWriter.create(path, trace.about, { force: false, spacing });
  const state = new State(natureOf(trace.about));
  for (const { seq, op, event } of trace.events()) {
    apply(state, event, seq);
    writer.append(seq, op, event, state);
  }
  writer.finish();
  return path;
}

export const stored = async (trace: Trace, spacing: number): Promise<TraceReader> =>
  TraceReader.open(await storedAt(trace, spacing));

/** All there is in a state, as text. */
export const held = ({ moment, op, tables }: State): string =>
  JSON.stringify([moment, op, [...tables].map(([name, table]) => [name, [...table]])]);
