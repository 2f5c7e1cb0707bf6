// judged.ts - what is right and wrong in a trace, from its file or judged anew.

import { Judge } from "../judgement/judge.ts";
import type { Judgement, WrongEvent } from "../judgement/judgement.ts";
import { apply } from "../machine/apply.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "./replay.ts";
import type { Trace } from "./trace.ts";

/** The judgement of a trace, and its wrong events. */
export interface Judged {
  readonly judgement: Judgement;
  /** The wrong events from one seq to another, both included, in order or newest first. */
  wrong(from: number, to: number, backwards: boolean): Iterable<WrongEvent>;
}

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
  for (const event of judgedOf(trace).wrong(seq, seq, false)) return event;
  return null;
}

function judgeAll(trace: Judgeable): Judged {
  const found: WrongEvent[] = [];
  const state = new State(natureOf(trace.about));
  const judge = new Judge(trace.about, state, {
    past: trace,
    wrong: (event) => found.push(event),
  });
  for (const { seq, op, event } of trace.events()) {
    judge.before(seq, op, event);
    apply(state, event, seq);
    judge.after(event);
  }
  const { judgement } = judge.end();
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

/** The word for a whole trace: where its end is missing, nothing wrong up to there is not right. */
export const wordOf = (trace: Judgeable): Judgement["word"] => {
  const { word } = judgedOf(trace).judgement;
  return trace.torn && word === "right" ? "undecided" : word;
};
