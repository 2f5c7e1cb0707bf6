// journey.ts - where one stands and where one goes: the focus, the link that says it, and the browser's history.

import { batch, effect, type ReadonlySignal, type Signal } from "@preact/signals";
import { WRONG_LANE } from "../answer/heads.ts";
import { openingOf } from "../answer/opening.ts";
import { type DivergencesAnswer, type Side, sides } from "../answer/shapes.ts";
import { stretchOf } from "./density.ts";
import { type Focus, linkOf, readLink } from "./focus.ts";
import { type LatestAnswer, sentence } from "./latest.ts";
import { around, besideLongest, containing } from "./scale.ts";
import { ask, type Source } from "./source.ts";
import type { TraceModel } from "./trace-model.ts";

/** Milliseconds that the focus stands still before what is slow is asked, and before the link is written. */
const REST = 120;

/** What of the page is moved, and what says where to. */
interface JourneyContext {
  readonly source: Source;
  readonly traces: readonly TraceModel[];
  readonly focus: Signal<Focus>;
  readonly rested: Signal<Focus>;
  readonly message: Signal<string | null>;
  readonly divergences: ReadonlySignal<LatestAnswer<DivergencesAnswer>>;
  of(side: Side): TraceModel;
}

export class Journey {
  readonly #page: JourneyContext;
  /** How often somebody went somewhere or a link was followed, and whether one is being followed now. */
  #followed = 0;
  #isFollowing = false;
  /** The link's last part as it was followed or written last. */
  #link = location.hash;

  constructor(page: JourneyContext) {
    this.#page = page;
    this.#restAfterwards();
  }

  /** Moves the focus; a jump is a step of the browser's history, a scrub is not. */
  go(to: Partial<Focus>, how: "jump" | "scrub"): void {
    // Who goes somewhere waits no more for a link that is still to be followed.
    this.#followed++;
    this.#isFollowing = false;
    const was = this.#page.focus.peek();
    this.#move(to);
    if (how === "jump" && linkOf(was) !== linkOf(this.#page.focus.peek())) {
      this.#writeLink(was);
      history.pushState(null, "", linkOf(this.#page.focus.peek()));
      this.#link = location.hash;
    }
  }

  #move(to: Partial<Focus>): void {
    const focus = { ...this.#page.focus.peek(), ...to };
    const trace = this.#page.of(focus.trace);
    const at = Math.max(0, Math.min(Math.round(focus.at), trace.count.peek()));
    batch(() => {
      this.#page.message.value = null;
      this.#page.focus.value = { ...focus, at };
      trace.view.value = containing(trace.view.peek(), at, trace.count.peek());
    });
  }

  /** Goes where the link says; at the beginning, and when somebody goes back or changes it. */
  async follow(hash: string): Promise<void> {
    this.#link = location.hash;
    if (hash.replace("#", "") === "") {
      this.#goToFirst();
      return;
    }
    const run = ++this.#followed;
    this.#isFollowing = true;
    const found = await this.#placeOf(hash);
    // Somebody has gone on meanwhile.
    if (run !== this.#followed) return;
    this.#isFollowing = false;
    if (typeof found === "string") this.#page.message.value = found;
    else this.#move(found);
  }

  /** Where a link leads; a sentence where it leads nowhere. */
  async #placeOf(hash: string): Promise<Focus | string> {
    const link = readLink(
      hash,
      this.#page.traces.map(({ side }) => side),
    );
    if (typeof link === "string") return link;
    const { trace, at: position, thing } = link;
    try {
      const found = await ask(this.#page.source, "position", { trace, position, thing });
      return { trace, at: found.at ?? this.#page.focus.peek().at, thing: found.thing ?? null };
    } catch (error) {
      return `The link cannot be followed: ${sentence(error)}`;
    }
  }

  /**
   * Without a link the page opens where something is to be seen: what went wrong first, else where two traces part,
   * else in the middle of what was run, for at both ends the tables are empty.
   */
  #goToFirst(): void {
    const wrong = this.#page.traces.find(({ about }) => about.peek().first !== null);
    const step = wrong?.about.peek().first?.[0];
    if (wrong !== undefined && step !== undefined) {
      this.go({ trace: wrong.side, at: step.row.seq }, "scrub");
    } else if (this.#page.traces.length > 1) this.#goToParting();
    else void this.#goToMiddle(this.#page.traces[0]!);
    if (wrong !== undefined && this.#page.traces.length === 1) this.#lookAtWrong(wrong);
    else for (const trace of this.#page.traces) void this.#lookAtOps(trace);
  }

  /** All that is wrong can lie in one pixel of the whole: then the timeline begins there, unless somebody moved it. */
  #lookAtWrong(trace: TraceModel): void {
    const stop = effect(() => {
      const levels = trace.levels.value;
      if (levels === null) return;
      const wrong = stretchOf(levels, WRONG_LANE);
      const [view, count] = [trace.view.peek(), trace.count.peek()];
      if (wrong !== null && view.from <= 0 && view.to >= count)
        trace.view.value = around(wrong, count);
      queueMicrotask(() => stop());
    });
  }

  /** One op can take all but a dot of the whole: then the timeline begins at the others, unless somebody moved it. */
  async #lookAtOps(trace: TraceModel): Promise<void> {
    const count = trace.count.peek();
    try {
      const asked = { trace: trace.side, from: 1, to: count };
      const { ops, more } = await ask(this.#page.source, "ops", asked);
      const others = more ? null : besideLongest(ops, count);
      const view = trace.view.peek();
      if (others === null || view.from > 0 || view.to < count) return;
      const at = trace.at.peek();
      const near = around(others, count);
      trace.view.value = at === null ? near : containing(near, at, count);
    } catch (error) {
      this.#page.message.value = sentence(error);
    }
  }

  async #goToMiddle(trace: TraceModel): Promise<void> {
    const run = this.#followed;
    const position = openingOf(trace.about.peek().lastOp);
    try {
      const { at } = await ask(this.#page.source, "position", { trace: trace.side, position });
      if (at !== null && run === this.#followed && this.#page.focus.peek().at === 0)
        this.go({ at }, "scrub");
    } catch (error) {
      this.#page.message.value = sentence(error);
    }
  }

  /** As soon as it is known, unless somebody has gone on meanwhile; two that part nowhere are opened as one is. */
  #goToParting(): void {
    const run = this.#followed;
    const stop = effect(() => {
      const list = this.#page.divergences.value.value?.list;
      if (list === undefined) return;
      const side = sides.find((one) => list[0]?.[one] != null);
      if (side !== undefined && run === this.#followed && this.#page.focus.peek().at === 0)
        this.go({ trace: side, at: list[0]![side]!.seq }, "scrub");
      else if (side === undefined) void this.#goToMiddle(this.#page.traces[0]!);
      queueMicrotask(() => stop());
    });
  }

  /** The link and what is slow wait until the focus stands still. */
  #restAfterwards(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    effect(() => {
      const focus = this.#page.focus.value;
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.#page.rested.value = focus;
        this.#writeLink(focus);
      }, REST);
    });
  }

  /** Not over a link that somebody has just gone to and that is still to be followed. */
  #writeLink(focus: Focus): void {
    if (this.#isFollowing || location.hash !== this.#link) return;
    if (this.#link === linkOf(focus)) return;
    history.replaceState(null, "", linkOf(focus));
    this.#link = location.hash;
  }
}
