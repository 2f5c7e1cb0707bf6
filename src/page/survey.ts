// survey.ts - one pass over a trace, a slice at a time: the pyramid, the pages that its maps show, and the judgement.
//
// It goes on where it stopped, so that a trace that is still being recorded is followed by what is new alone.

import { FAULT_LANE, OP_LANE, WRONG_LANE } from "../answer/heads.ts";
import { families, SUBJECT_FAMILIES } from "../event/field.ts";
import { type Actor, actors } from "../event/vocabulary.ts";
import { Judge } from "../judgement/judge.ts";
import type { Judged, Judgement, WrongEvent } from "../judgement/judgement.ts";
import { pagesOf, State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import type { TraceReader } from "../store/read.ts";
import { PageBlocks } from "./page-blocks.ts";
import { Pyramid } from "./pyramid.ts";

/** Families whose subjects are pages far apart. */
const PAGED = ["p2m", "iommu", "allocation"] as const;
export type Paged = (typeof PAGED)[number];

const CELLS = ["kind", "actor", "subject", "size", "bus"] as const;
const LANES = [OP_LANE, ...actors, FAULT_LANE, WRONG_LANE];
const lane = (name: string): number => LANES.indexOf(name);
const [OPS, FAULTS, WRONG] = [lane(OP_LANE), lane(FAULT_LANE), lane(WRONG_LANE)];

export class Survey {
  readonly pyramid = new Pyramid(LANES);
  /** The pages of each family that some event is about. */
  readonly pages: { readonly [F in Paged]: PageBlocks } = {
    p2m: new PageBlocks(),
    iommu: new PageBlocks(),
    allocation: new PageBlocks(),
  };
  /** Bus pages at which a device was refused, each with the first event that tells of it. */
  readonly refused = new Map<number, number>();
  readonly actors = new Set<Actor>();
  hasGatt = false;
  /** Null where the file has the judgement. */
  judging: Judging | null = null;
  #upTo = 0;
  #markedTo = 0;

  /** The last event that was looked at. */
  get upTo(): number {
    return Math.min(this.#upTo, this.#markedTo);
  }

  /** Looks at so many events further; true where there are no more. */
  step(trace: TraceReader, most: number): boolean {
    if (trace.judged === null) this.judging ??= new Judging(trace);
    const to = Math.min(trace.count, this.#upTo + most);
    this.#look(trace, this.#upTo + 1, to);
    this.#upTo = to;
    if (this.judging === null) {
      for (const { seq } of trace.judged!.wrong(this.#markedTo + 1, to, false))
        this.pyramid.add(WRONG, seq);
      this.#markedTo = to;
    } else this.#markedTo = this.judging.step(trace, to, (seq) => this.pyramid.add(WRONG, seq));
    return this.upTo >= trace.count;
  }

  #look(trace: TraceReader, from: number, to: number): void {
    const { kinds, actors: actorNames } = trace.names;
    const lanes = actorNames.map(lane);
    const [began, fault] = [kinds.indexOf("op.began"), kinds.indexOf("fault.raised")];
    const entry = kinds.indexOf("gatt.written");
    const mapped = kinds.indexOf("iommu.mapped");
    const blocks = families.map((family) =>
      PAGED.some((one) => one === family) ? this.pages[family as Paged] : null,
    );
    let seq = from;
    for (const [kind, actor, subject, size, bus] of trace.cells(CELLS, from, to)) {
      this.pyramid.add(lanes[actor!]!, seq);
      this.actors.add(actorNames[actor!] as Actor);
      if (kind === entry) this.hasGatt = true;
      if (kind === began) this.pyramid.add(OPS, seq);
      if (kind === fault) {
        this.pyramid.add(FAULTS, seq);
        const page = bus == null ? null : Math.floor(bus / 4096);
        if (page !== null && !this.refused.has(page)) this.refused.set(page, seq);
      }
      if (subject != null) {
        const number = Math.floor(subject / SUBJECT_FAMILIES);
        const block = blocks[subject % SUBJECT_FAMILIES];
        if (block != null) block.add(number, size == null || kind !== mapped ? 1 : pagesOf(size));
      }
      seq++;
    }
  }
}

/** Judges a trace whose file does not say what is right in it, as far as it goes. */
class Judging implements Judged {
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
  step(trace: TraceReader, to: number, wrong: (seq: number) => void): number {
    this.#past = trace;
    for (const recorded of trace.events(this.#upTo + 1, to)) this.#judge.fold(recorded);
    this.#upTo = to;
    if (to === trace.count && !trace.torn) this.#ended ??= this.#judge.end().judgement;
    for (const seq of this.#fresh) wrong(seq);
    this.#fresh = [];
    return to;
  }

  get judgement(): Judgement {
    return this.#ended ?? { ...nothingJudged, ...this.#soFar() };
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
export const nothingJudged: Judgement = {
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
