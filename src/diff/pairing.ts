// pairing.ts - which ops of two traces are partners, and which events of two partner ops.
//
// Ops are paired in order, by name and arguments, a few by their name alone; events in order, by their match keys.

import type { OpRow } from "../event/trace.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { indexOfOwner, opOfOwner } from "../fingerprint/page-owners.ts";
import { align } from "./align.ts";
import { Judge } from "./compare.ts";
import { Cursor, Names } from "./cursor.ts";
import { type Difference, type Mark, markOf, withReordered } from "./difference.ts";
import { KEY, WIDTH } from "./event-queue.ts";
import type { Compared } from "./in-memory.ts";
import { areCaptures, scopeOf, usualRules } from "./scope.ts";
import { Transfers } from "./transfers.ts";

/** An op with the seq of the last event that is its own. */
export interface OpSpan extends OpRow {
  readonly end: number;
}

export interface OpPair {
  readonly a: OpSpan | null;
  readonly b: OpSpan | null;
  /** Whether they were paired by name and order, with different arguments. */
  readonly isGuess: boolean;
  /** Whether one trace has no op from here on. */
  readonly isPastA: boolean;
  readonly isPastB: boolean;
}

/** The ops of two traces side by side; two kernels' runs without any are one op from end to end. */
export function opPairs(a: Compared, b: Compared, byName: boolean): Iterable<OpPair> {
  const whole = areCaptures(a.about, b.about) ? wholeRuns(a, b) : null;
  return whole === null ? pairedOps(a, b, byName) : [whole];
}

/** Two whole traces as one op, where neither says where its ops begin. */
function wholeRuns(a: Compared, b: Compared): OpPair | null {
  for (const trace of [a, b]) for (const _ of trace.ops()) return null;
  const whole = ({ count }: Compared): OpSpan => ({
    ...{ op: 0, name: "run", arguments: {}, result: null, signature: null },
    ...{ first: 1, last: count, end: count },
  });
  return { a: whole(a), b: whole(b), isGuess: false, isPastA: false, isPastB: false };
}

/** Ops that wait for partners at most. */
const WINDOW = 4096;

/** Ops side by side, in order, by name and arguments. */
function* pairedOps(a: Compared, b: Compared, byName: boolean): Generator<OpPair> {
  const keyOf = ({ name, arguments: args }: OpSpan): string =>
    byName ? name : `${name} ${JSON.stringify(args)}`;
  const [queueA, queueB] = [new OpQueue(a), new OpQueue(b)];
  const pairOf = (opA: OpSpan | null, opB: OpSpan | null, isGuess: boolean): OpPair => ({
    a: opA,
    b: opB,
    isGuess,
    isPastA: opA === null && queueA.isOver,
    isPastB: opB === null && queueB.isOver,
  });
  for (;;) {
    const [oneA, oneB] = [queueA.first, queueB.first];
    if (oneA === null && oneB === null) return;
    if (oneA !== null && oneB !== null && keyOf(oneA) === keyOf(oneB)) {
      queueA.take(1);
      queueB.take(1);
      yield pairOf(oneA, oneB, false);
      continue;
    }
    const [waitA, waitB] = [queueA.upTo(WINDOW), queueB.upTo(WINDOW)];
    const runs = align(waitA.map(keyOf), waitB.map(keyOf));
    const isWhole = waitA.length < WINDOW && waitB.length < WINDOW;
    if (isWhole || runs.length === 0) runs.push({ a: waitA.length, b: waitB.length, length: 0 });
    let [atA, atB] = [0, 0];
    for (const run of runs) {
      const [between, betweenB] = [waitA.slice(atA, run.a), waitB.slice(atB, run.b)];
      queueA.take(between.length);
      queueB.take(betweenB.length);
      for (const [opA, opB] of pairedByName(between, betweenB)) yield pairOf(opA, opB, true);
      [atA, atB] = [run.a + run.length, run.b + run.length];
      queueA.take(run.length);
      queueB.take(run.length);
      for (let i = 0; i < run.length; i++)
        yield pairOf(waitA[run.a + i]!, waitB[run.b + i]!, false);
    }
  }
}

/** Between two partners: ops of one name, in order, though their arguments differ. */
function pairedByName(
  a: readonly OpSpan[],
  b: readonly OpSpan[],
): (readonly [OpSpan | null, OpSpan | null])[] {
  const pairs: (readonly [OpSpan | null, OpSpan | null])[] = [];
  let [atA, atB] = [0, 0];
  const runs = align(
    a.map(({ name }) => name),
    b.map(({ name }) => name),
  );
  for (const run of [...runs, { a: a.length, b: b.length, length: 0 }]) {
    while (atA < run.a) pairs.push([a[atA++]!, null]);
    while (atB < run.b) pairs.push([null, b[atB++]!]);
    for (let i = 0; i < run.length; i++) pairs.push([a[atA++]!, b[atB++]!]);
  }
  return pairs;
}

/** Its result stays unread until somebody asks for it. */
class Span implements OpSpan {
  readonly end: number;
  readonly #row: OpRow;
  readonly op: number;
  readonly name: string;
  readonly arguments: OpRow["arguments"];
  readonly first: number;
  readonly last: number | null;
  readonly signature: string | null;

  constructor(row: OpRow, end: number) {
    this.end = end;
    this.#row = row;
    this.op = row.op;
    this.name = row.name;
    this.arguments = row.arguments;
    this.first = row.first;
    this.last = row.last;
    this.signature = row.signature;
  }

  get result(): OpRow["result"] {
    return this.#row.result;
  }
}

/** The ops of one trace that wait for their partners. */
class OpQueue {
  readonly #ops: Iterator<OpRow>;
  readonly #count: number;
  #ahead: OpRow | null;
  #waiting: OpSpan[] = [];

  constructor(trace: Compared) {
    this.#ops = trace.ops()[Symbol.iterator]();
    this.#count = trace.count;
    this.#ahead = this.#next();
  }

  get isOver(): boolean {
    return this.#waiting.length === 0 && this.#ahead === null;
  }

  get first(): OpSpan | null {
    return this.upTo(1)[0] ?? null;
  }

  upTo(count: number): readonly OpSpan[] {
    while (this.#waiting.length < count && this.#ahead !== null) {
      const op = this.#ahead;
      this.#ahead = this.#next();
      this.#waiting.push(new Span(op, (this.#ahead?.first ?? this.#count + 1) - 1));
    }
    return this.#waiting;
  }

  take(count: number): void {
    this.#waiting = this.#waiting.slice(count);
  }

  #next(): OpRow | null {
    const next = this.#ops.next();
    return next.done ? null : next.value;
  }
}

/** From this op on, the partner is so much further; `null` where there is none. */
interface Step {
  readonly from: number;
  readonly shift: number | null;
}

/** Which op of B is the partner of an op of A, kept as the few ops where the distance changes. */
export class OpPartners {
  readonly #ofA: Step[] = [];
  readonly #ofB: Step[] = [];

  /** Whether every op so far is the partner of the op of the same number. */
  get isPlain(): boolean {
    return this.#ofA.length === 0 && this.#ofB.length === 0;
  }

  /** Ops come in the order of each trace; null stands for no partner. */
  add(a: number | null, b: number | null): void {
    if (a !== null) addStep(this.#ofA, a, b);
    if (b !== null) addStep(this.#ofB, b, a);
  }

  /**
   * Whether an allocation of A is that of B. Of two whose ops have no partners nobody can tell, and it is
   * assumed.
   */
  isSameOwner = (a: number, b: number): boolean => {
    if (this.isPlain) return a === b;
    if (indexOfOwner(a) !== indexOfOwner(b)) return false;
    const [opA, opB] = [opOfOwner(a), opOfOwner(b)];
    const [partnerOfA, partnerOfB] = [partnerOf(this.#ofA, opA), partnerOf(this.#ofB, opB)];
    return partnerOfA === null ? partnerOfB === null : partnerOfA === opB;
  };
}

function addStep(steps: Step[], op: number, partner: number | null): void {
  const shift = partner === null ? null : partner - op;
  const last = steps.at(-1);
  if (last === undefined ? shift !== 0 : last.shift !== shift) steps.push({ from: op, shift });
}

function partnerOf(steps: readonly Step[], op: number): number | null {
  const step = steps.findLast(({ from }) => from <= op);
  if (step === undefined) return op;
  return step.shift === null ? null : op + step.shift;
}

/** What is read ahead first, how much more each time, and what is read ahead at most. */
const FIRST_LOOK = 64;
const FURTHER = 8;
const MOST = 1 << 16;

/** Takes the events of two partner ops, each by its index in the queue of its cursor. */
export interface EventPairing {
  pair(a: number, b: number): void;
  onlyA(a: number): void;
  onlyB(b: number): void;
}

/**
 * Pairs the events of the op under way: equal keys pass in one step. Where they part, both traces are read ahead,
 * further and further until enough of what lies ahead has partners again: what waits stays bounded however long the
 * op is. True where partners were sought in vain as far as this looks.
 */
export function pairEvents(a: Cursor, b: Cursor, to: EventPairing): boolean {
  let isGuess = false;
  for (;;) {
    pairEqual(a, b, to);
    const waiting = [a.fill(1), b.fill(1)] as const;
    if (waiting[0] === 0 && waiting[1] === 0) return isGuess;
    if (waiting[0] === 0 || waiting[1] === 0) {
      passAlone(a, b, waiting[0], waiting[1], to);
      continue;
    }
    isGuess = realign(a, b, to) || isGuess;
  }
}

/** Pairs off what has equal keys. */
function pairEqual(a: Cursor, b: Cursor, to: EventPairing): void {
  while (a.fill(1) > 0 && b.fill(1) > 0) {
    const [queueA, queueB] = [a.queue, b.queue];
    if (queueA.values[queueA.start + KEY] !== queueB.values[queueB.start + KEY]) return;
    to.pair(queueA.start, queueB.start);
    queueA.drop(1);
    queueB.drop(1);
  }
}

/** Reads ahead to where enough events have partners, and pairs up to there; true where none had. */
function realign(a: Cursor, b: Cursor, to: EventPairing): boolean {
  for (let look = FIRST_LOOK; ; look = Math.min(look * FURTHER, MOST)) {
    const [waitA, waitB] = [a.fill(look), b.fill(look)];
    const runs = align(a.queue.keys(waitA), b.queue.keys(waitB));
    const paired = runs.reduce((sum, { length }) => sum + length, 0);
    const isWhole = a.isRead && b.isRead;
    const isEnough = paired > 0 && paired * 4 >= Math.min(waitA, waitB);
    if (!isWhole && !isEnough && look < MOST) continue;
    const end = { a: waitA, b: waitB, length: 0 };
    let [atA, atB] = [0, 0];
    for (const run of isWhole || paired === 0 ? [...runs, end] : runs) {
      passAlone(a, b, run.a - atA, run.b - atB, to);
      for (let i = 0; i < run.length; i++) {
        to.pair(a.queue.start, b.queue.start);
        a.queue.drop(1);
        b.queue.drop(1);
      }
      [atA, atB] = [run.a + run.length, run.b + run.length];
    }
    return paired === 0 && !isWhole;
  }
}

function passAlone(a: Cursor, b: Cursor, ofA: number, ofB: number, to: EventPairing): void {
  for (let i = 0; i < ofA; i++) to.onlyA(a.queue.start + i * WIDTH);
  for (let i = 0; i < ofB; i++) to.onlyB(b.queue.start + i * WIDTH);
  a.queue.drop(ofA);
  b.queue.drop(ofB);
}

/** Both traces, read together up to the end of an op; an earlier one is read from the start again. */
interface Reading {
  readonly a: Cursor;
  readonly b: Cursor;
  end: number;
}

/** Events of an op that are paired at once. */
const LONGEST = 1 << 20;

/** An op with the seqs of the partners of its events, once one was asked for. */
interface CachedOp {
  readonly pair: OpPair;
  partners: Map<number, number[]> | null;
}
/** Ops that are kept: where a reader goes to and fro. */
const KEPT = 8;

/** The partners of one event of A at a time, as a comparison pairs them, for a reader who moves through A. */
export class Pairing {
  readonly #a: Compared;
  readonly #b: Compared;
  readonly #areCaptures: boolean;
  #ops: Iterator<OpPair> | null = null;
  /** Up to which event of A ops were gone through. */
  #gone = 0;
  #reading: Reading | null = null;
  /** The one used last at the end. */
  #cache: CachedOp[] = [];

  constructor(a: Compared, b: Compared) {
    this.#a = a;
    this.#b = b;
    this.#areCaptures = areCaptures(a.about, b.about);
  }

  /**
   * The partners of this event of A: none where it is alone; several where one range of memory is cut into pieces
   * in B; null where it takes no part in a comparison, such as what each platform does in its own way. A UserError
   * says where an op is too long.
   */
  partnersOf({ seq }: Recorded): Recorded[] | null {
    const seqs = this.partnerSeqs(seq);
    return seqs === null ? null : seqs.flatMap((one) => this.#b.event(one) ?? []);
  }

  /** The same by the numbers of the events. */
  partnerSeqs(seq: number): readonly number[] | null {
    const op = this.#opAt(seq);
    if (op === null) return null;
    const { a, b } = op.pair;
    if (b === null) return [];
    // How ops begin and end is compared by their arguments and results.
    if (a!.result !== null && seq === a!.last) return b.last === null ? [] : [b.last];
    if (seq === a!.first && this.#a.event(seq)?.event.kind === "op.began") return [b.first];
    if (a!.end - a!.first >= LONGEST)
      throw new UserError(
        `op ${a!.op} has ${a!.end - a!.first + 1} events, too many to be laid side by side here; use gartrace diff`,
      );
    op.partners ??= this.#partnersIn(op.pair);
    return op.partners.get(seq) ?? null;
  }

  /** The op that an event lies in or behind, with its partner; null before all ops. */
  #opAt(seq: number): CachedOp | null {
    const cached = this.#cache.find(({ pair: { a } }) => seq >= a!.first && seq <= a!.end);
    if (cached !== undefined) {
      this.#cache = [...this.#cache.filter((one) => one !== cached), cached];
      return cached;
    }
    if (this.#ops === null || seq <= this.#gone) {
      this.#ops = opPairs(this.#a, this.#b, usualRules.byName)[Symbol.iterator]();
      this.#gone = 0;
    }
    for (let next = this.#ops.next(); !next.done; next = this.#ops.next()) {
      const { a } = next.value;
      if (a === null) continue;
      this.#gone = a.end;
      if (a.end < seq) continue;
      const op: CachedOp = { pair: next.value, partners: null };
      this.#cache = [...this.#cache.slice(1 - KEPT), op];
      return a.first <= seq ? op : null;
    }
    this.#ops = null;
    return null;
  }

  #begin(): Reading {
    const [a, b] = [this.#a, this.#b];
    const names = new Names();
    const isInScope = scopeOf(usualRules, a.about, b.about);
    const options = { isWatched: false, areSameChipset: a.about.chipset === b.about.chipset };
    return {
      a: new Cursor(a, names, isInScope, options),
      b: new Cursor(b, names, isInScope, options),
      end: 0,
    };
  }

  #partnersIn(pair: OpPair): Map<number, number[]> {
    if (this.#reading === null || pair.a!.first <= this.#reading.end) this.#reading = this.#begin();
    const { a, b } = this.#reading;
    this.#reading.end = pair.a!.end;
    a.begin(pair.a!.first, pair.a!.end);
    b.begin(pair.b!.first, pair.b!.end);
    const partners = new Map<number, number[]>();
    const note = (one: Mark | null, other: Mark | null) => {
      if (one === null) return;
      const others = partners.get(one.seq) ?? [];
      partners.set(one.seq, other === null ? others : [...others, other.seq]);
    };
    if (this.#areCaptures)
      new Transfers(a, b, new Judge(() => true, false), usualRules.exact).op({
        alike: (_, one, other) => note(one, other),
        differ: ({ a, b }) => note(a, b),
      });
    else {
      const alone: Difference[] = [];
      pairEvents(a, b, {
        pair: (i, j) => note(markOf(a.queue.values, i), markOf(b.queue.values, j)),
        onlyA: (i) => alone.push({ class: "missing", a: markOf(a.queue.values, i), b: null }),
        onlyB: (j) => alone.push({ class: "extra", a: null, b: markOf(b.queue.values, j) }),
      });
      for (const { a, b } of withReordered(alone)) note(a, b);
    }
    a.end();
    b.end();
    return partners;
  }
}
