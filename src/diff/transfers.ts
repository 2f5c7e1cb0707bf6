// transfers.ts - two kernels' runs compared by what they moved between the same blocks of a disk and memory.
//
// Pages, ids and the cutting of requests differ from boot to boot; the blocks that a workload asks for do not. So
// partners are the pieces of memory that hold the same bytes of the disk, moved in the same direction, the n-th time.

import { isAstray, WRONG_SPACE } from "../event/verdict.ts";
import type { Judge, PairClass } from "./compare.ts";
import type { Cursor } from "./cursor.ts";
import type { Difference, Mark, Two } from "./difference.ts";
import { FOUND, NONE } from "./event-queue.ts";
import { pieceOf, type Segment, Segments } from "./segments.ts";

/** Counts of the requests of both traces. */
export interface Transferred extends CutsCounted {
  /** Requests that say where their data are. */
  readonly requests: Two<number>;
  /** How many of them ask for the same blocks in both traces. */
  readonly shared: number;
  /** Ranges of the bus that hold their data. */
  readonly segments: Two<number>;
  /** Those that do not say which bytes of the disk they hold. */
  readonly unplaced: Two<number>;
}

/** Segments that wait for partners at most; what waited longest is alone then. */
const MOST_WAITING = 1 << 16;

/** Takes the pairs of an op, alike or not. */
interface TransferPairing {
  alike(name: PairClass, a: Mark, b: Mark): void;
  differ(difference: Difference): void;
}

export class Transfers {
  readonly #judge: Judge;
  readonly #exact: boolean;
  readonly #a: Segments;
  readonly #b: Segments;
  readonly #cuts = new Cuts();
  /** What requests asked for -> how many more of them A has than B. */
  readonly #extents = new Map<string, number>();
  #shared = 0;

  constructor(a: Cursor, b: Cursor, judge: Judge, exact: boolean) {
    this.#judge = judge;
    this.#exact = exact;
    this.#a = new Segments(a, (extent) => this.#countExtent(extent, 1));
    this.#b = new Segments(b, (extent) => this.#countExtent(extent, -1));
  }

  /** Compares the op under way. */
  op(to: TransferPairing): void {
    const [a, b] = [this.#a, this.#b];
    for (;;) {
      const [readA, readB] = [a.read(), b.read()];
      this.#pairOff(to);
      const isOver = !readA && !readB;
      // A segment of the other trace that does not say its bytes may be the partner.
      for (const { mark, operation } of givenUp(a, isOver))
        if (b.vague.has(operation)) this.#judge.unknown++;
        else this.#alone(mark, null, to);
      for (const { mark, operation } of givenUp(b, isOver))
        if (a.vague.has(operation)) this.#judge.unknown++;
        else this.#alone(null, mark, to);
      if (isOver) break;
    }
    a.vague.clear();
    b.vague.clear();
    const [straysA, straysB] = [a.strays.splice(0), b.strays.splice(0)];
    for (let i = 0; i < Math.max(straysA.length, straysB.length); i++)
      this.#strays(straysA[i] ?? null, straysB[i] ?? null, to);
  }

  get counted(): Transferred {
    const [a, b] = [this.#a, this.#b];
    return {
      requests: { a: a.requests, b: b.requests },
      shared: this.#shared,
      segments: { a: a.count, b: b.count },
      unplaced: { a: a.unplaced, b: b.unplaced },
      ...this.#cuts.counted,
    };
  }

  #countExtent(extent: string, step: 1 | -1): void {
    const more = this.#extents.get(extent) ?? 0;
    if (more * step < 0) this.#shared++;
    if (more + step === 0) this.#extents.delete(extent);
    else this.#extents.set(extent, more + step);
  }

  /** Pairs off what waits, and leaves waiting what has no partner yet. */
  #pairOff(to: TransferPairing): void {
    const [leftA, leftB]: [Segment[], Segment[]] = [[], []];
    const differences: Difference[] = [];
    let before: readonly (readonly [Segment, Segment])[] = [];
    for (const { a, b } of pieces(this.#a.waiting, this.#b.waiting)) {
      const pairs = a.slice(0, b.length).map((one, i) => [one, b[i]!] as const);
      for (const [i, pair] of pairs.entries()) {
        const name = this.#classOf(pair);
        if (this.#isAlike(name)) to.alike(name, pair[0].mark, pair[1].mark);
        else differences.push({ class: name, a: pair[0].mark, b: pair[1].mark });
        const last = before[i];
        if (last?.[0].to === pair[0].from) this.#cuts.see(last, pair);
      }
      before = pairs;
      leftA.push(...a.slice(b.length));
      leftB.push(...b.slice(a.length));
    }
    this.#a.waiting = leftA;
    this.#b.waiting = leftB;
    for (const one of differences.sort((one, two) => one.a!.seq - two.a!.seq)) to.differ(one);
  }

  #classOf([a, b]: readonly [Segment, Segment]): PairClass {
    const parting = this.#judge.parting(a.mark.leads, b.mark.leads);
    return parting ?? (a.bus === b.bus ? "same" : "same after translation");
  }

  #isAlike(name: PairClass): boolean {
    return name === "same" || (name === "same after translation" && !this.#exact);
  }

  /** A stray access is a difference unless the other trace has a like one. */
  #strays(a: Mark | null, b: Mark | null, to: TransferPairing): void {
    if (a === null || b === null) {
      this.#alone(a, b, to);
      return;
    }
    const name = a.kind === b.kind ? this.#judge.parting(a.leads, b.leads) : "wrong-frame";
    if (name === null) to.alike("same", a, b);
    else to.differ({ class: name, a, b });
  }

  #alone(a: Mark | null, b: Mark | null, to: TransferPairing): void {
    const { leads } = (a ?? b)!;
    const alone = a === null ? "extra" : "missing";
    let name: PairClass = isAstray(leads) ? "wrong-frame" : alone;
    if (leads === WRONG_SPACE) name = "wrong-space";
    if (leads === FOUND) name = "wrong";
    to.differ({ class: name, a, b });
  }
}

/** Takes out what gets no partner any more. */
const givenUp = (segments: Segments, isOver: boolean): Segment[] => {
  const count = segments.waiting.length;
  return segments.waiting.splice(0, isOver ? count : Math.max(0, count - MOST_WAITING));
};

/** The stretches of the disk that neither trace cuts, with what holds them, in the order of the disk. */
function* pieces(a: readonly Segment[], b: readonly Segment[]): Generator<Two<Segment[]>> {
  const operationsOfBoth = new Set([...a, ...b].map(({ operation }) => operation));
  for (const operation of operationsOfBoth) {
    const isOf = (segment: Segment) => segment.operation === operation;
    const [here, there] = [new Holders(a.filter(isOf)), new Holders(b.filter(isOf))];
    const points = [...new Set([...here.borders, ...there.borders])].sort((one, two) => one - two);
    for (const [i, from] of points.slice(0, -1).entries()) {
      const to = points[i + 1]!;
      yield { a: here.piecesOf(from, to), b: there.piecesOf(from, to) };
    }
  }
}

/** The segments of one trace and operation, in the order of the disk. */
class Holders {
  readonly #segments: readonly Segment[];
  #next = 0;
  #open: Segment[] = [];

  constructor(segments: readonly Segment[]) {
    this.#segments = segments.toSorted((one, two) => one.from - two.from);
  }

  get borders(): number[] {
    return this.#segments.flatMap(({ from, to }) => [from, to]);
  }

  /** What holds these bytes; `from` only rises. */
  piecesOf(from: number, to: number): Segment[] {
    this.#open = this.#open.filter((segment) => segment.to > from);
    while (this.#segments[this.#next]?.from === from)
      this.#open.push(this.#segments[this.#next++]!);
    this.#open.sort((one, two) => one.mark.seq - two.mark.seq);
    return this.#open.map((segment) => pieceOf(segment, from, to));
  }
}

/** Why a border inside a request is cut in one trace and not in the other. */
export const reasons = ["frames", "pages", "other"] as const;
/** Frames do not follow each other though pages do; pages do not follow each other; both do, or nobody knows. */
export type Reason = (typeof reasons)[number];
/** How many borders for each reason. */
export type ByReason = { readonly [R in Reason]: number };

/** Borders inside requests that one trace cuts and the other joins, by the trace that cuts. */
interface CutsCounted {
  /** Borders that `a` cuts and `b` joins, and the other way round. */
  readonly cuts: { readonly a: ByReason; readonly b: ByReason };
}

/** Two partners. */
type Pair = readonly [a: Segment, b: Segment];

const none = () => ({ frames: 0, pages: 0, other: 0 });

class Cuts {
  readonly #a = none();
  readonly #b = none();

  /** Takes two pairs that hold neighbouring bytes of the disk. */
  see([beforeA, beforeB]: Pair, [a, b]: Pair): void {
    if (isJoined(beforeA, a) && isCut(beforeB, b)) this.#b[reasonOf(beforeB, b)]++;
    else if (isCut(beforeA, a) && isJoined(beforeB, b)) this.#a[reasonOf(beforeA, a)]++;
  }

  get counted(): CutsCounted {
    return { cuts: { a: this.#a, b: this.#b } };
  }
}

/** Pieces of one segment have its event in common. */
const isJoined = (before: Segment, after: Segment): boolean => before.mark.seq === after.mark.seq;
const isCut = (before: Segment, after: Segment): boolean =>
  !isJoined(before, after) && before.request === after.request;

function reasonOf(before: Segment, after: Segment): Reason {
  const follows = (one: number, other: number) =>
    one === NONE || other === NONE ? null : one + (before.to - before.from) === other;
  const [pages, frames] = [
    follows(before.phys, after.phys),
    follows(before.machine, after.machine),
  ];
  if (pages === false) return "pages";
  return pages === true && frames === false ? "frames" : "other";
}
