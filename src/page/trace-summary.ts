// trace-summary.ts - what a trace looks like from afar: the pyramid, the pages that its maps show, and the judgement.
//
// What the file says beside its events is there at once, and a sketch of the rest; then events are counted a slice at
// a time. It goes on where it stopped, so that a trace that is still being recorded is followed by what is new alone.

import { PAGE_SIZE } from "../address.ts";
import { FAULT_LANE, OP_LANE, WRONG_LANE } from "../answer/heads.ts";
import { families, SUBJECT_FAMILIES } from "../event/field.ts";
import { type Actor, actors, type KindName } from "../event/vocabulary.ts";
import { pagesOf } from "../machine/state.ts";
import { hasBit, type Zone } from "../store/overview.ts";
import type { TraceReader } from "../store/read.ts";
import { BLOCK_SHIFT, PageBlocks } from "./page-blocks.ts";
import { PartialJudgement } from "./partial-judgement.ts";
import { Pyramid } from "./pyramid.ts";
import { sketchOf } from "./sketch.ts";

/** Families whose subjects are pages far apart. */
const PAGED = ["p2m", "iommu", "allocation"] as const;
export type Paged = (typeof PAGED)[number];

const LANES = [OP_LANE, ...actors, FAULT_LANE, WRONG_LANE];
const lane = (name: string): number => LANES.indexOf(name);
/** The lanes that the file says nothing of. */
const SKETCHED = [lane(FAULT_LANE), ...actors.map(lane)];
const [OPS, FAULTS, WRONG] = [lane(OP_LANE), lane(FAULT_LANE), lane(WRONG_LANE)];

/** Events that a look further takes at once: some 15 ms. */
const SLICE = 32768;
const JUDGED_SLICE = 4096;
/** Events that are counted before anybody sees that they are not. */
const SKETCHED_FROM = 4 * SLICE;

export class TraceSummary {
  readonly #pyramid = new Pyramid(LANES);
  /** What is shown of events that are not counted yet. */
  #sketch: Pyramid | null = null;
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
  judgement: PartialJudgement | null = null;
  /** The last event that was counted, that was judged, and of which the file has told what it says beside events. */
  #counted = 0;
  #judged = 0;
  #told = 0;
  #zones: readonly Zone[] = [];
  /** Whether the pages were told by the index. */
  #hasPages = false;

  /** The last event that was counted and judged. */
  get upTo(): number {
    return Math.min(this.#counted, this.#judged);
  }

  /** Looks a slice further; true where there is no more. */
  step(trace: TraceReader): boolean {
    const { count } = trace;
    if (this.judgement !== null && trace.judged !== null) this.#takeJudgement(trace);
    if (this.#told < count) this.#tell(trace);
    if (this.#counted < count) {
      const to = Math.min(count, this.#counted + SLICE);
      this.#count(trace, this.#counted + 1, to);
      this.#counted = to;
    } else if (this.judgement !== null && this.#judged < count) {
      this.#judged = Math.min(count, this.#judged + JUDGED_SLICE);
      this.judgement.step(trace, this.#judged, (seq) => this.#pyramid.add(WRONG, seq));
    }
    if (this.judgement === null) this.#judged = this.#counted;
    return this.upTo >= count;
  }

  /** The lanes, events to a bin, and how many of them lie in each, lane after lane. */
  pyramid(): { lanes: readonly string[]; unit: number; bins: number; numbers: Uint16Array } {
    const { lanes, unit, bins } = this.#pyramid;
    const numbers = this.#pyramid.numbers();
    const from = Math.floor(this.#counted / unit);
    if (this.#sketch !== null)
      for (const at of SKETCHED)
        for (let bin = from; bin < bins; bin++) numbers[at * bins + bin] = this.#sketch.of(at, bin);
    return { lanes, unit, bins, numbers };
  }

  /** What the file says beside its events, of those that are new. */
  #tell(trace: TraceReader): void {
    const { overview, count } = trace;
    const from = this.#told + 1;
    this.#told = count;
    if (trace.judged === null) this.judgement ??= new PartialJudgement(trace);
    const unit = this.#pyramid.unit;
    this.#pyramid.reach(count);
    const { shift } = this.#pyramid;
    for (const [bin, ops] of overview.ops(shift, from, count)) this.#pyramid.addTo(OPS, bin, ops);
    if (this.judgement === null)
      for (const [bin, wrong] of overview.wrong(shift, from, count))
        this.#pyramid.addTo(WRONG, bin, wrong);
    if (trace.indexed && !this.#hasPages) {
      this.#hasPages = true;
      this.#addBlocks(overview.blocksChanged(BLOCK_SHIFT));
    }
    this.#zones = overview.zones();
    const { actors } = trace.names;
    for (const zone of this.#zones)
      for (const [code, actor] of actors.entries())
        if (hasBit(zone.actors, code)) this.actors.add(actor as Actor);
    if (count - this.#counted > SKETCHED_FROM) this.#sketch = sketchOf(trace, LANES);
    else if (unit !== this.#pyramid.unit) this.#sketch = null;
  }

  /** Who followed a recording to its end need not judge the rest of it: the file says now what is wrong in it. */
  #takeJudgement({ overview }: TraceReader): void {
    this.judgement = null;
    this.#pyramid.clear(WRONG);
    for (const [bin, wrong] of overview.wrong(this.#pyramid.shift, 1, this.#told))
      this.#pyramid.addTo(WRONG, bin, wrong);
  }

  #count(trace: TraceReader, from: number, to: number): void {
    const { overview, names } = trace;
    const lanes = names.actors.map(lane);
    for (const [bin, actor, count] of overview.actors(this.#pyramid.shift, from, to)) {
      this.#pyramid.addTo(lanes[actor]!, bin, count);
      this.actors.add(names.actors[actor] as Actor);
    }
    if (!this.#hasPages) this.#addBlocks(overview.blocksOf(BLOCK_SHIFT, from, to));
    const some = (kind: KindName) => {
      const code = names.kinds.indexOf(kind);
      return this.#mayHave(code, from, to) ? overview.ofKind(code, from, to) : [];
    };
    for (const { seq, bus } of some("fault.raised")) {
      this.#pyramid.add(FAULTS, seq);
      const page = bus === null ? null : Math.floor(bus / PAGE_SIZE);
      if (page !== null && !this.refused.has(page)) this.refused.set(page, seq);
    }
    for (const { subject, size } of some("iommu.mapped"))
      if (subject !== null && size !== null && size > PAGE_SIZE)
        this.pages.iommu.add(Math.floor(subject / SUBJECT_FAMILIES), pagesOf(size));
  }

  /** Whether events of a kind can be there, by what is known of the stretches between keyframes. */
  #mayHave(kind: number, from: number, to: number): boolean {
    if (kind < 0) return false;
    if (to > (this.#zones.at(-1)?.to ?? 0)) return true;
    return this.#zones.some(
      (zone) => zone.to >= from && zone.from <= to && hasBit(zone.kinds, kind),
    );
  }

  /** Blocks of neighbours, by the first subject of each. */
  #addBlocks(firsts: readonly number[]): void {
    for (const subject of firsts) {
      const family = families[subject % SUBJECT_FAMILIES];
      if (family === "gatt") this.hasGatt = true;
      const paged = PAGED.find((one) => one === family);
      if (paged !== undefined) this.pages[paged].add(Math.floor(subject / SUBJECT_FAMILIES), 1);
    }
  }
}
