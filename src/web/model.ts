// model.ts - what the page knows: the traces, the focus, and the answers that follow it.

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type {
  CulpritsAnswer,
  DivergencesAnswer,
  LaddersAnswer,
  SessionAnswer,
  Side,
  WhyAnswer,
} from "../answer/shapes.ts";
import { type FilterValues, noFilter } from "./filter-values.ts";
import type { Focus } from "./focus.ts";
import { keepUp } from "./growth.ts";
import { Journey } from "./journey.ts";
import { following, type LatestAnswer } from "./latest.ts";
import { containing } from "./scale.ts";
import { ask, type Source } from "./source.ts";
import { TraceModel } from "./trace-model.ts";

export class Model {
  readonly source: Source;
  readonly session: SessionAnswer;
  readonly traces: readonly TraceModel[];
  readonly focus = signal<Focus>({ trace: "a", at: 0, thing: null });
  /** Parts of it, for what need not be drawn again at every moment. */
  readonly side = computed(() => this.focus.value.trace);
  readonly thing = computed(() => this.focus.value.thing);
  /** The focus once it stands still: what is slow to answer follows this one. */
  readonly rested = signal<Focus>({ trace: "a", at: 0, thing: null });
  /** A sentence for the person: a refusal, or what a key did. */
  readonly message = signal<string | null>(null);
  readonly why: ReadonlySignal<LatestAnswer<WhyAnswer>>;
  readonly ladders: ReadonlySignal<LatestAnswer<LaddersAnswer>>;
  /** Of the trace that is shown: what is wrong by root cause. */
  readonly culprits: ReadonlySignal<LatestAnswer<CulpritsAnswer>>;
  /** What the list of events lets through. */
  readonly filter = signal<FilterValues>(noFilter);
  /** Of two traces: how they compare; null for one alone. */
  readonly divergences: ReadonlySignal<LatestAnswer<DivergencesAnswer>>;
  /** The number in the list of divergences of the first that is shown. */
  readonly divergencesFrom = signal(0);
  readonly say = (sentence: string): void => {
    this.message.value = sentence;
  };
  readonly #journey: Journey;

  constructor(source: Source, session: SessionAnswer) {
    this.source = source;
    this.session = session;
    this.traces = session.traces.map(
      (about) =>
        new TraceModel(source, about, { isPair: session.traces.length > 1, complain: this.say }),
    );
    this.why = following(
      () => this.rested.value,
      ({ trace, at, thing }) => ask(source, "why", { trace, at, thing }),
    );
    this.ladders = following(
      () => this.rested.value,
      ({ trace, at, thing }) => ask(source, "ladders", { trace, at, thing }),
    );
    this.culprits = following(
      () => ({
        trace: this.side.value,
        events: this.shown.about.value.judgement?.events ?? 0,
      }),
      async ({ trace, events }) =>
        events === 0 ? { culprits: [] } : ask(source, "culprits", { trace }),
    );
    this.divergences = following(
      () =>
        this.traces.length < 2
          ? null
          : {
              from: this.divergencesFrom.value,
              counts: this.traces.map(({ count }) => count.value).join(),
            },
      ({ from }) => ask(source, "divergences", { from }),
    );
    effect(() => {
      const { trace, at } = this.focus.value;
      this.of(trace).at.value = at;
    });
    this.#followBeside();
    this.#journey = new Journey(this);
  }

  /** The other trace stands where the pairing of a comparison says. */
  #followBeside(): void {
    if (this.traces.length < 2) return;
    const partner = following(
      () => this.focus.value,
      async (focus) => ({
        focus,
        place: await ask(this.source, "partner", { trace: focus.trace, at: focus.at }),
      }),
    );
    effect(() => {
      const found = partner.value.value;
      // An answer that comes when one has gone to the other side is of no use any more.
      if (found === null || found.place.at === null) return;
      if (found.focus.trace !== this.focus.peek().trace) return;
      const other = this.other(found.focus.trace);
      other.at.value = found.place.at;
      other.view.value = containing(other.view.peek(), found.place.at, other.count.peek());
    });
  }

  other(side: Side): TraceModel {
    return this.traces.find((trace) => trace.side !== side)!;
  }

  of(side: Side): TraceModel {
    return this.traces.find((trace) => trace.side === side)!;
  }

  get shown(): TraceModel {
    return this.of(this.side.value);
  }

  /** Moves the focus; a jump is a step of the browser's history, a scrub is not. */
  readonly go = (to: Partial<Focus>, how: "jump" | "scrub" = "jump"): void =>
    this.#journey.go(to, how);

  /** Loads what is not there yet, and follows what still grows, and the link. */
  async begin(): Promise<void> {
    for (const trace of this.traces) void keepUp(this, trace);
    const follow = () => this.#journey.follow(location.hash);
    await follow();
    addEventListener("popstate", () => void follow());
  }
}
