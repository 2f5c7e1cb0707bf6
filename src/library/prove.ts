// prove.ts - all that can be held against a trace: its file, its replay, its judgement, and the run done again.

import { isDeepStrictEqual } from "node:util";
import { checks } from "../check/index.ts";
import { DamagedTrace } from "../fault.ts";
import { Judge } from "../judgement/judge.ts";
import type { Judged, WrongEvent } from "../judgement/judgement.ts";
import { apply } from "../machine/apply.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import { ReplayCheck, type Verification } from "../replay/verify.ts";
import type { Proved } from "../store/proof.ts";
import type { TraceReader } from "../store/read.ts";
import { canRunAgain, digestAgain, firstOtherwise } from "./run-again.ts";

/** What doing something again came to. */
export interface Repetition {
  readonly same: boolean;
  /** The first event that is different; null where none is told. */
  readonly seq: number | null;
}

export interface Proof extends Verification {
  /** What is wrong with the file beside its events. */
  readonly file: readonly string[];
  /** Null where the trace is torn and has none. */
  readonly digest: boolean | null;
  readonly signatures: Proved["ops"];
  /** Null where the trace has none. */
  readonly keyframes: Proved["keyframes"];
  /** Null where the file keeps none. */
  readonly judgement: Repetition | null;
  readonly again: Repetition | null;
}

/** Hears how many events were gone through, now and then. */
export type OnProgress = (events: number) => void;

/** Events between two words to who waits. */
const STEP = 16384;

/** Holds all against a trace in one reading of its events; about 5 us an event. */
export function prove(trace: TraceReader, hear: OnProgress): Proof {
  const file = [...trace.troubles()];
  const { replayed, proved, judgement } = provenByReplay(trace, hear);
  if (proved.index === false)
    file.push("its index is not that of its events; 'gartrace index --force' makes it anew");
  return {
    file,
    ...replayed,
    digest: trace.digest === null ? null : proved.digest === trace.digest,
    signatures: proved.ops,
    keyframes: proved.keyframes,
    judgement,
    again: saysWhatItRan(trace) ? ranAgain(trace, proved.digest) : null,
  };
}

interface ProvenByReplay {
  readonly replayed: Verification;
  readonly proved: Proved;
  readonly judgement: Repetition | null;
}

/** What follows from the events. The state is let go of with this call: the run done again makes one of its own. */
function provenByReplay(trace: TraceReader, hear: OnProgress): ProvenByReplay {
  const { judged, about } = trace;
  const state = new State(natureOf(about));
  const replay = new ReplayCheck(about, state);
  const proof = trace.proof();
  const wrong: WrongEvent[] = [];
  const judge =
    judged && new Judge(about, state, { past: trace, checks, wrong: (one) => wrong.push(one) });
  for (const stored of trace.eventsWithRows()) {
    const { recorded } = stored;
    const { seq, op, event } = recorded;
    replay.before(recorded);
    judge?.before(seq, op, event);
    apply(state, event, seq);
    replay.after(recorded);
    judge?.after(event);
    proof.see(stored, state);
    if (seq % STEP === 0) hear(seq);
  }
  return {
    replayed: replay.result,
    proved: proof.end(),
    judgement: judge && judgedAlike(judged!, wrong, judge, trace.count),
  };
}

/** Whether judging again gives what the file keeps. */
function judgedAlike(
  judged: Judged,
  wrong: readonly WrongEvent[],
  judge: Judge,
  count: number,
): Repetition {
  const { judgement } = judge.end();
  const anew = wrong.toSorted((a, b) => a.seq - b.seq);
  let at = 0;
  for (const kept of judged.wrong(1, count, false)) {
    const again = anew[at++];
    if (!isDeepStrictEqual({ ...kept }, again))
      return { same: false, seq: Math.min(kept.seq, again?.seq ?? kept.seq) };
  }
  if (at < anew.length) return { same: false, seq: anew[at]!.seq };
  // What the file keeps went through JSON.
  const same = isDeepStrictEqual(judged.judgement, JSON.parse(JSON.stringify(judgement)));
  return { same, seq: null };
}

/** What it ran may not be as it was written, which is told of its file. */
function saysWhatItRan(trace: TraceReader): boolean {
  try {
    return canRunAgain(trace);
  } catch (error) {
    if (error instanceof DamagedTrace) return false;
    throw error;
  }
}

/** Most traces are told alike by the digest alone; one of another version of the program event by event. */
function ranAgain(trace: TraceReader, digest: string): Repetition {
  if (digestAgain(trace) === digest) return { same: true, seq: null };
  const seq = firstOtherwise(trace);
  return { same: seq === null, seq };
}
