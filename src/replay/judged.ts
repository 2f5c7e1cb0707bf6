// judged.ts - what is right and wrong in a trace, from its file or judged anew.

import type { Check } from "../check/check.ts";
import { checks } from "../check/index.ts";
import { Judge } from "../judgement/judge.ts";
import { type Judged, type Word, type WrongEvent, wordUpTo } from "../judgement/judgement.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "./replay.ts";
import type { Trace } from "./trace.ts";

type Judgeable = Pick<Trace, "about" | "torn" | "count" | "event" | "events" | "judged">;

const judgedNow = new WeakMap<Judgeable, Judged>();

/** As the file says; a trace that it says nothing of is judged now, in one pass, and once. */
export function judgedOf(trace: Judgeable): Judged {
  if (trace.judged !== null) return trace.judged;
  let judged = judgedNow.get(trace);
  if (judged === undefined) {
    judged = judgeAll(trace);
    judgedNow.set(trace, judged);
  }
  return judged;
}

/** What is wrong with one event; null where nothing is. */
export function wrongAt(trace: Judgeable, seq: number): WrongEvent | null {
  const judged = judgedOf(trace);
  const { first } = judged.judgement.wrong;
  // Most events of most traces: no look into the file.
  if (first === null || seq < first) return null;
  for (const event of judged.wrong(seq, seq, false)) return event;
  return null;
}

/** The same, as far as it is known without judging a whole trace for it. */
export function knownWrongAt(trace: Judgeable, seq: number): WrongEvent | null {
  const isKnown = trace.judged !== null || judgedNow.has(trace);
  return isKnown ? wrongAt(trace, seq) : null;
}

/** What a trace comes to by some checks, and what became of each of them. */
export type JudgedBy = ReturnType<Judge["end"]>;

/** Judges in one pass; `wrong` is told of each wrong event. */
export function judgeBy(
  trace: Judgeable,
  checks: readonly Check[],
  wrong: (event: WrongEvent) => void = () => {},
): JudgedBy {
  const state = new State(natureOf(trace.about));
  const judge = new Judge(trace.about, state, { past: trace, checks, wrong });
  for (const recorded of trace.events()) judge.fold(recorded);
  return judge.end();
}

function judgeAll(trace: Judgeable): Judged {
  const found: WrongEvent[] = [];
  const { judgement } = judgeBy(trace, checks, (event) => found.push(event));
  found.sort((a, b) => a.seq - b.seq);
  return {
    judgement,
    wrong: (from, to, backwards) => {
      const within = found.slice(firstFrom(found, from), firstFrom(found, to + 1));
      return backwards ? within.reverse() : within;
    },
  };
}

/** The index of the first of some events, in order, that does not come before a seq. */
function firstFrom(events: readonly WrongEvent[], seq: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The word for a trace, torn or whole. */
export const wordOf = (trace: Judgeable): Word => wordUpTo(judgedOf(trace).judgement, trace.torn);
