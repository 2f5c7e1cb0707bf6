// fork.ts - runs a simulated trace again, and on from an op with something changed.

import { resolve } from "node:path";
import { toLine } from "../event/line.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import { TimeTravel } from "../replay/travel.ts";
import { aboutRun, type Setup } from "../scenario/setup.ts";
import type { TraceReader } from "../store/read.ts";
import { inLine } from "../visible.ts";
import { changeAt } from "../workload/change.ts";
import { assertOther, type NewTrace } from "./make-trace.ts";
import { type Output, output } from "./output.ts";
import { recordTo, setupAgain } from "./recording.ts";
import type { Steering } from "./steering.ts";
import { tellRecorded } from "./tell-written.ts";
import { type Position, readerOf, type Trace } from "./trace.ts";

/** Where a run is left, and what is different from there on. */
export interface ForkOptions extends Steering {
  /** From the beginning of the op that this is in. */
  readonly at: Position;
  /** What is different from there on: `hooks=legacy`, `device=no`, `lenient-ioremap=yes`. */
  readonly set: readonly string[];
  /** The trace to write. */
  readonly output: string;
  /** Whether to overwrite a trace that exists. */
  readonly force?: boolean;
}

/** A fork, as it was written, and where it left its parent. */
export interface ForkedTrace extends NewTrace {
  /** By its digest, or its path where it is torn; and the moment up to which both have the same events. */
  readonly parent: { readonly trace: string; readonly moment: number };
}

/**
 * Runs a simulated trace again and on from an op with something changed. What was done before stays done: a table that
 * the old hooks made is not made again. A `UserError` says why a trace cannot be run on.
 */
export async function fork(trace: Trace, options: ForkOptions): Promise<ForkedTrace> {
  const { at, set, output, force = false, ...steering } = options;
  assertOther(output, trace.path);
  const reader = readerOf(trace);
  const { setup, parent, first } = forked(trace.path, reader, momentOf(reader, String(at)), set);
  const about = { ...aboutRun(setup), parent };
  const see = likeParent(reader, first);
  const written = await recordTo(output, setup, force, { ...steering, fork: { about, see } });
  return { ...written, parent };
}

/** What `gartrace fork` says. */
export function tellFork(trace: Trace, { parent, ...written }: ForkedTrace): Output {
  const recorded = tellRecorded(written);
  return output(
    () => `${recorded.text}; it leaves ${inLine(trace.path)} after #${parent.moment}`,
    () => ({ ...recorded.json, parent }),
  );
}

interface Forked {
  readonly setup: Setup;
  readonly parent: { readonly trace: string; readonly moment: number };
  /** The first event that can be another one. */
  readonly first: number;
}

function forked(path: string, trace: TraceReader, moment: number, set: readonly string[]): Forked {
  const { about } = trace;
  if (about.source !== "simulated" || about.operations === null)
    throw new UserError(
      `${path} is imported: what ran there cannot be run on here; fork a trace that 'gartrace record' made`,
    );
  const began = { kinds: ["op.began"] } as const;
  const here = trace.event(moment)?.op ?? -1;
  const op = here < 0 ? new TimeTravel(trace).next(began, moment)?.op : here;
  const row = op === undefined ? undefined : trace.op(op);
  if (row === undefined) throw new UserError(`no op is at #${moment} or after it, to run on from`);
  const setup = setupAgain(about);
  const changes = [
    ...(setup.changes ?? []).filter((change) => change.op <= row.op),
    ...set.map((text) => changeAt(row.op, text, setup.platform)),
  ];
  const parent = { trace: trace.digest ?? resolve(path), moment: row.first - 1 };
  return { setup: { ...setup, changes }, parent, first: row.first };
}

/** Compares the run with its parent up to the op where it differs: before that, both must have the same events. */
function likeParent(trace: TraceReader, first: number): (recorded: Recorded) => void {
  const events = trace.events(1, first - 1)[Symbol.iterator]();
  return (recorded) => {
    if (recorded.seq >= first) return;
    const was = events.next();
    if (
      !was.done &&
      toLine(was.value, trace.about.virtBase) === toLine(recorded, trace.about.virtBase)
    )
      return;
    throw new UserError(
      `this gartrace runs the workload otherwise than the one that recorded it, from #${recorded.seq} on; ` +
        "record the trace again and fork that one",
    );
  };
}
