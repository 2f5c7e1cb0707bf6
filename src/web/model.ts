// model.ts - what the page knows: the traces, the focus, what is in view, and the answers that follow them.

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { detailHead, type MapHead, MOST_DETAIL, mapHead, pyramidHead } from "../answer/heads.ts";
import type {
  CulpritsAnswer,
  DivergencesAnswer,
  ExtentAnswer,
  LaddersAnswer,
  MomentAnswer,
  SessionAnswer,
  Side,
  TraceAnswer,
  WhyAnswer,
} from "../answer/shapes.ts";
import { sides } from "../answer/shapes.ts";
import type { Detail, Levels } from "./density.ts";
import { type FilterValues, noFilter } from "./filter-values.ts";
import { type Focus, linkOf, readLink } from "./focus.ts";
import { type Asked, following, sentence } from "./latest.ts";
import { RowCache } from "./row-cache.ts";
import { heldList, type RowList, wholeList } from "./row-list.ts";
import { containing, fitting, type View } from "./scale.ts";
import { ask, askBytes, type Parameters, type Source } from "./source.ts";

export interface MapPicture {
  readonly head: MapHead;
  readonly cells: Uint8Array;
}

/** Milliseconds between two looks at a trace that is still being recorded. */
const FOLLOW = 500;
/** Milliseconds that the focus stands still before what is slow is asked, and before the link is written. */
const REST = 120;

/** One trace on the page. */
export class TraceModel {
  readonly side: Side;
  readonly about = signal<TraceAnswer>(null as unknown as TraceAnswer);
  readonly extent = signal<ExtentAnswer | null>(null);
  readonly count: ReadonlySignal<number> = computed(
    () => this.extent.value?.count ?? this.about.value.count,
  );
  readonly view = signal<View>({ from: 0, to: 1 });
  readonly levels = signal<Levels | null>(null);
  readonly mapName = signal<string | null>(null);
  readonly rows: RowCache;
  /** The events that are there, each a row. */
  readonly list: ReadonlySignal<RowList>;
  readonly detail: ReadonlySignal<Asked<Detail>>;
  readonly moment: ReadonlySignal<Asked<MomentAnswer>>;
  readonly map: ReadonlySignal<Asked<MapPicture>>;
  /** The moment of this trace that is shown; null where it has none beside the other's. */
  readonly at = signal<number>(0);

  constructor(model: Model, about: TraceAnswer) {
    this.side = about.side;
    this.about.value = about;
    this.view.value = fitting({ from: 0, to: about.count }, about.count);
    this.mapName.value = about.maps[0]?.name ?? null;
    const isPair = model.session.traces.length > 1;
    this.rows = new RowCache(model.source, about.side, isPair, (sentence) => {
      model.message.value = sentence;
    });
    const held = model.source.seqs(about.side);
    const row = (seq: number) => this.rows.row(seq);
    this.list = computed(() =>
      held === null ? wholeList(this.count.value, row) : heldList(held, this.count.value, row),
    );
    const of = (parameters: Parameters) => ({ trace: about.side, ...parameters });
    const { source } = model;
    this.detail = following(
      () => {
        const { from, to } = this.view.value;
        const unit = this.levels.value?.head.unit ?? 1;
        if (to - from > MOST_DETAIL / 2 || unit === 1) return null;
        const margin = (MOST_DETAIL - (to - from)) / 4;
        return { from: Math.max(1, Math.floor(from - margin)), to: Math.ceil(to + margin) };
      },
      async (range) => {
        const { head, rest } = await askBytes(source, detailHead, "detail", of(range));
        return { head, events: rest };
      },
    );
    this.moment = following(
      () => this.at.value,
      (at) => ask(source, "moment", of({ at })),
    );
    this.map = following(
      () => {
        const name = this.mapName.value;
        return name === null ? null : { name, at: this.at.value };
      },
      async (asked) => {
        const { head, rest } = await askBytes(source, mapHead, "map", of(asked));
        return { head, cells: rest };
      },
    );
  }

  async loadLevels(source: Source): Promise<void> {
    const { head, rest } = await askBytes(source, pyramidHead, "pyramid", { trace: this.side });
    this.levels.value = { head, counts: new Uint16Array(rest.buffer) };
  }
}

export class Model {
  readonly source: Source;
  readonly session: SessionAnswer;
  readonly traces: readonly TraceModel[];
  readonly focus = signal<Focus>({ trace: "a", at: 0, thing: null });
  /** The focus once it stands still: what is slow to answer follows this one. */
  readonly rested = signal<Focus>({ trace: "a", at: 0, thing: null });
  /** How often somebody went somewhere or a link was followed, and whether one is being followed now. */
  #followed = 0;
  #isFollowing = false;
  /** The link's last part as it was followed or written last. */
  #link = location.hash;
  /** A sentence for the person: a refusal, or what a key did. */
  readonly message = signal<string | null>(null);
  readonly why: ReadonlySignal<Asked<WhyAnswer>>;
  readonly ladders: ReadonlySignal<Asked<LaddersAnswer>>;
  /** Of the trace that is shown: what is wrong by root cause. */
  readonly culprits: ReadonlySignal<Asked<CulpritsAnswer>>;
  /** What the list of events lets through. */
  readonly filter = signal<FilterValues>(noFilter);
  /** Of two traces: how they compare; null for one alone. */
  readonly divergences: ReadonlySignal<Asked<DivergencesAnswer>>;
  /** The number in the list of divergences of the first that is shown. */
  readonly divergencesFrom = signal(0);

  constructor(source: Source, session: SessionAnswer) {
    this.source = source;
    this.session = session;
    this.traces = session.traces.map((about) => new TraceModel(this, about));
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
        trace: this.focus.value.trace,
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
    this.#restAfterwards();
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
    return this.of(this.focus.value.trace);
  }

  /** Moves the focus; a jump is a step of the browser's history, a scrub is not. */
  go(to: Partial<Focus>, how: "jump" | "scrub" = "jump"): void {
    // Who goes somewhere waits no more for a link that is still to be followed.
    this.#followed++;
    this.#isFollowing = false;
    const was = this.focus.peek();
    this.#move(to);
    if (how === "jump" && linkOf(was) !== linkOf(this.focus.peek())) {
      this.#writeLink(was);
      history.pushState(null, "", linkOf(this.focus.peek()));
      this.#link = location.hash;
    }
  }

  #move(to: Partial<Focus>): void {
    const focus = { ...this.focus.peek(), ...to };
    const trace = this.of(focus.trace);
    const at = Math.max(0, Math.min(Math.round(focus.at), trace.count.peek()));
    batch(() => {
      this.message.value = null;
      this.focus.value = { ...focus, at };
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
    if (typeof found === "string") this.message.value = found;
    else this.#move(found);
  }

  /** Where a link leads; a sentence where it leads nowhere. */
  async #placeOf(hash: string): Promise<Focus | string> {
    const link = readLink(
      hash,
      this.traces.map(({ side }) => side),
    );
    if (typeof link === "string") return link;
    const { trace, at: position, thing } = link;
    try {
      const found = await ask(this.source, "position", { trace, position, thing });
      return { trace, at: found.at ?? this.focus.peek().at, thing: found.thing ?? null };
    } catch (error) {
      return `The link cannot be followed: ${sentence(error)}`;
    }
  }

  /** Without a link the page opens where something is to be seen: what went wrong first, else where two traces part. */
  #goToFirst(): void {
    const wrong = this.traces.find(({ about }) => about.peek().first !== null);
    const step = wrong?.about.peek().first?.[0];
    if (wrong !== undefined && step !== undefined)
      this.go({ trace: wrong.side, at: step.row.seq }, "scrub");
    else if (this.traces.length > 1) this.#goToParting();
  }

  /** As soon as it is known, unless somebody has gone on meanwhile. */
  #goToParting(): void {
    const run = this.#followed;
    const stop = effect(() => {
      const list = this.divergences.value.value?.list;
      if (list === undefined) return;
      const side = sides.find((one) => list[0]?.[one] != null);
      if (side !== undefined && run === this.#followed && this.focus.peek().at === 0)
        this.go({ trace: side, at: list[0]![side]!.seq }, "scrub");
      queueMicrotask(() => stop());
    });
  }

  /** Loads what is not there yet, and follows what still grows. */
  async begin(): Promise<void> {
    for (const trace of this.traces) void this.#keepUp(trace);
    await this.follow(location.hash);
    addEventListener("popstate", () => void this.follow(location.hash));
  }

  async #keepUp(trace: TraceModel): Promise<void> {
    for (;;) {
      try {
        const extent = await ask(this.source, "extent", { trace: trace.side });
        const before = trace.extent.peek();
        const isNew = before?.surveyed !== extent.surveyed || before.count !== extent.count;
        if (isNew) {
          this.#grow(trace, extent);
          await trace.loadLevels(this.source);
          await this.#renew(trace);
        }
        if (before?.torn && !extent.torn) await this.#renew(trace);
        if (!extent.torn && extent.surveyed >= extent.count) return;
      } catch (error) {
        this.message.value = sentence(error);
      }
      await new Promise((done) => setTimeout(done, FOLLOW));
    }
  }

  /** New events: who stands at the end stays there. */
  #grow(trace: TraceModel, extent: ExtentAnswer): void {
    const count = trace.count.peek();
    const view = trace.view.peek();
    const isWhole = view.from <= 0 && view.to >= count;
    const focus = this.focus.peek();
    batch(() => {
      trace.extent.value = extent;
      trace.rows.forgetFrom(count);
      if (isWhole) trace.view.value = fitting({ from: 0, to: extent.count }, extent.count);
      if (focus.trace === trace.side && focus.at === count && extent.count > count)
        this.go({ at: extent.count }, "scrub");
    });
  }

  async #renew(trace: TraceModel): Promise<void> {
    const session = await ask(this.source, "session");
    const about = session.traces.find(({ side }) => side === trace.side);
    if (about === undefined) return;
    trace.about.value = about;
    trace.mapName.value ??= about.maps[0]?.name ?? null;
  }

  /** The link and what is slow wait until the focus stands still. */
  #restAfterwards(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    effect(() => {
      const focus = this.focus.value;
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.rested.value = focus;
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
