// judged-sink.ts - a trace is judged while it is made: the judge stands between the machine and the file.

import type { About } from "../event/trace.ts";
import type { Event } from "../event/vocabulary.ts";
import { Judge } from "../judgement/judge.ts";
import type { Judgement } from "../judgement/judgement.ts";
import type { Sink } from "../machine/machine.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import type { TraceWriter } from "../store/write.ts";

/** Hands events on to the file, and what is wrong with them. */
export class JudgedSink implements Sink {
  readonly #writer: TraceWriter;
  readonly #about: About;
  #judge: Judge | null = null;
  #isWhole = true;

  constructor(writer: TraceWriter, about: About) {
    this.#writer = writer;
    this.#about = about;
  }

  before(seq: number, op: number, event: Event, state: State): void {
    this.#judge ??= this.#made(state);
    this.#judge.before(seq, op, event);
  }

  take(seq: number, op: number, event: Event, state?: State): void {
    this.#writer.append(seq, op, event, state);
    if (state === undefined) this.#isWhole = false;
    else if (this.#isWhole) this.#judge!.after(event);
  }

  /** What the events come to, behind the last; null where some came without its state. */
  end(): Judgement | null {
    if (!this.#isWhole) return null;
    return (this.#judge ?? this.#made(new State(natureOf(this.#about)))).end().judgement;
  }

  #made(state: State): Judge {
    const writer = this.#writer;
    return new Judge(this.#about, state, {
      past: writer,
      wrong: (event) => writer.wrong(event),
    });
  }
}

/** The same sink with something done before each event is handed on. */
export class ObservedSink implements Sink {
  readonly #sink: Sink;
  readonly #see: Sink["take"];

  constructor(sink: Sink, see: Sink["take"]) {
    this.#sink = sink;
    this.#see = see;
  }

  before(seq: number, op: number, event: Event, state: State): void {
    this.#sink.before?.(seq, op, event, state);
  }

  take(seq: number, op: number, event: Event, state?: State): void {
    this.#see(seq, op, event, state);
    this.#sink.take(seq, op, event, state);
  }
}
