// judged-sink.ts - a trace is judged while it is made: the judge stands between the machine and the file.

import type { About } from "../event/trace.ts";
import { Judge } from "../judgement/judge.ts";
import type { Judgement } from "../judgement/judgement.ts";
import type { Sink } from "../machine/machine.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import type { TraceWriter } from "../store/write.ts";

/** Where events go, and what they come to. */
export interface JudgedSink {
  readonly sink: Sink;
  /** Behind the last event; null where some event came without its state. */
  end(): Judgement | null;
}

/** Hands events on to the file, and what is wrong with them. */
export function judgedSink(writer: TraceWriter, about: About): JudgedSink {
  let judge: Judge | null = null;
  let isWhole = true;
  const made = (state: State) =>
    new Judge(about, state, { past: writer, wrong: (event) => writer.wrong(event) });
  const take: Sink = (seq, op, event, state) => {
    writer.append(seq, op, event, state);
    if (state === undefined) isWhole = false;
    else if (isWhole) judge!.after(event);
  };
  const before: Sink["before"] = (seq, op, event, state) => {
    judge ??= made(state);
    judge.before(seq, op, event);
  };
  return {
    sink: Object.assign(take, { before }),
    end: () => {
      if (!isWhole) return null;
      return (judge ?? made(new State(natureOf(about)))).end().judgement;
    },
  };
}

/** The same sink with something done before each event is handed on. */
export const observedSink = (sink: Sink, see: Sink): Sink =>
  Object.assign(
    ((seq, op, event, state) => {
      see(seq, op, event, state);
      sink(seq, op, event, state);
    }) as Sink,
    sink.before === undefined ? {} : { before: sink.before },
  );
