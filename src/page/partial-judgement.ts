// partial-judgement.ts - judges a trace whose file does not say what is right in it, a slice at a time, as far as it goes.

import { Judge } from "../judgement/judge.ts";
import type { Judged, Judgement, WrongEvent } from "../judgement/judgement.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import type { TraceReader } from "../store/read.ts";

export class PartialJudgement implements Judged {
  readonly #state: State;
  readonly #judge: Judge;
  readonly #found: WrongEvent[] = [];
  #past: TraceReader;
  #upTo = 0;
  #fresh: number[] = [];
  /** Once the whole of a finished trace was judged. */
  #ended: Judgement | null = null;

  constructor(trace: TraceReader) {
    this.#past = trace;
    this.#state = new State(natureOf(trace.about));
    this.#judge = new Judge(trace.about, this.#state, {
      past: { event: (seq) => this.#past.event(seq) },
      wrong: (event) => {
        this.#fresh.push(event.seq);
        this.#found.splice(this.#firstFrom(event.seq), 0, event);
      },
    });
  }

  get isWhole(): boolean {
    return this.#ended !== null;
  }

  /** Judges on to an event, and tells of each that is wrong. */
  step(trace: TraceReader, to: number, wrong: (seq: number) => void): void {
    this.#past = trace;
    for (const recorded of trace.events(this.#upTo + 1, to)) this.#judge.fold(recorded);
    this.#upTo = to;
    if (to === trace.count && !trace.torn) this.#ended ??= this.#judge.end().judgement;
    for (const seq of this.#fresh) wrong(seq);
    this.#fresh = [];
  }

  get judgement(): Judgement {
    return this.#ended ?? { ...emptyJudgement, ...this.#soFar() };
  }

  wrong(from: number, to: number, backwards: boolean): Iterable<WrongEvent> {
    const within = this.#found.slice(this.#firstFrom(from), this.#firstFrom(to + 1));
    return backwards ? within.reverse() : within;
  }

  #soFar(): Pick<Judgement, "word" | "wrong"> {
    const events = this.#found.length;
    return {
      word: events > 0 ? "wrong" : "undecided",
      wrong: { events, first: this.#found[0]?.seq ?? null },
    };
  }

  #firstFrom(seq: number): number {
    let [low, high] = [0, this.#found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#found[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What a trace comes to of which nothing was judged. */
export const emptyJudgement: Judgement = {
  word: "undecided",
  uses: { right: 0, wrong: 0, unknown: 0, inferred: 0 },
  verdicts: {},
  faults: 0,
  findings: 0,
  wrong: { events: 0, first: null },
  checks: [],
  kinds: {},
  refusals: { count: 0, first: [] },
  capture: null,
};
