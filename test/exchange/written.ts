// written.ts - traces with events of any kind, and what a format makes of a trace.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type Event, kindNames, type Recorded } from "../../src/event/vocabulary.ts";
import type { ExportFormat } from "../../src/exchange/export/format.ts";
import { TraceReader } from "../../src/store/read.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { eventOf } from "../event/generated.ts";
import { about, freshPath } from "../store/sample.ts";

/** Events of any kinds in the places that a trace can give them: ops in order, causes before effects. */
export const anyTrace: fc.Arbitrary<readonly Recorded[]> = fc
  .array(fc.constantFrom(...kindNames).chain(eventOf), { maxLength: 40 })
  .map(placed);

function placed(events: readonly Event[]): Recorded[] {
  const recorded: Recorded[] = [];
  let [op, ops] = [-1, 0];
  for (const event of events) {
    const seq = recorded.length + 1;
    const { cause, ...rest } = event;
    const caused = cause != null && seq > 1 ? { ...rest, cause: 1 + (cause % (seq - 1)) } : rest;
    if (event.kind === "op.began") op = ops++;
    if (event.kind === "op.ended" && op < 0) continue;
    const isOps = event.kind === "op.began" || event.kind === "op.ended";
    recorded.push({ seq, op, event: (isOps ? { ...caused, op } : caused) as Event });
    if (event.kind === "op.ended") op = -1;
  }
  return recorded;
}

/** Stores the events as a whole trace and reads it. */
export async function stored(events: readonly Recorded[]): Promise<TraceReader> {
  const path = freshPath();
  const writer = await TraceWriter.create(path, about, { force: false });
  for (const { seq, op, event } of events) writer.append(seq, op, event);
  writer.finish();
  return TraceReader.open(path);
}

/** Events of every kind, forty of each, the same at every run. */
export const manyEvents = (): readonly Recorded[] =>
  placed(kindNames.flatMap((kind) => fc.sample(eventOf(kind), { numRuns: 40, seed: 7 })));

/** The whole file that a format makes of traces. */
export const fileOf = (format: ExportFormat, traces: readonly TraceReader[]): Buffer =>
  Buffer.concat([...format.pieces(traces, null)].map((piece) => Buffer.from(piece)));

/** A gzipped capture of a real kernel that is kept with the project. */
export const capture = (name: string): Buffer => readFileSync(`traces/captures/${name}`);
