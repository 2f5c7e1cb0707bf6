// ops.ts - which ops of two traces are partners: in order, by name and arguments; some by their place alone.

import type { OpRow } from "../event/trace.ts";
import { align } from "./align.ts";
import type { Compared } from "./in-memory.ts";
import { areCaptures } from "./scope.ts";

/** An op with the seq of the last event that is its own. */
export interface OpSpan extends OpRow {
  readonly end: number;
}

export interface OpPair {
  readonly a: OpSpan | null;
  readonly b: OpSpan | null;
  /** Whether they were paired by name and place, their arguments being different. */
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
  const keyOf = ({ name, arguments: asked }: OpSpan): string =>
    byName ? name : `${name} ${JSON.stringify(asked)}`;
  const lanes = [new OpLane(a), new OpLane(b)] as const;
  const [laneA, laneB] = lanes;
  const pairOf = (opA: OpSpan | null, opB: OpSpan | null, isGuess: boolean): OpPair => ({
    a: opA,
    b: opB,
    isGuess,
    isPastA: opA === null && laneA.isOver,
    isPastB: opB === null && laneB.isOver,
  });
  for (;;) {
    const [oneA, oneB] = [laneA.at(0), laneB.at(0)];
    if (oneA === null && oneB === null) return;
    if (oneA !== null && oneB !== null && keyOf(oneA) === keyOf(oneB)) {
      laneA.take(1);
      laneB.take(1);
      yield pairOf(oneA, oneB, false);
      continue;
    }
    const [waitA, waitB] = [laneA.upTo(WINDOW), laneB.upTo(WINDOW)];
    const runs = align(waitA.map(keyOf), waitB.map(keyOf));
    const isWhole = waitA.length < WINDOW && waitB.length < WINDOW;
    if (isWhole || runs.length === 0) runs.push({ a: waitA.length, b: waitB.length, length: 0 });
    let [atA, atB] = [0, 0];
    for (const run of runs) {
      const [between, betweenB] = [waitA.slice(atA, run.a), waitB.slice(atB, run.b)];
      laneA.take(between.length);
      laneB.take(betweenB.length);
      for (const [opA, opB] of byPlace(between, betweenB)) yield pairOf(opA, opB, true);
      [atA, atB] = [run.a + run.length, run.b + run.length];
      laneA.take(run.length);
      laneB.take(run.length);
      for (let i = 0; i < run.length; i++)
        yield pairOf(waitA[run.a + i]!, waitB[run.b + i]!, false);
    }
  }
}

/** Between two partners: ops of one name, in order, though their arguments differ. */
function byPlace(
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
class OpLane {
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

  at(place: number): OpSpan | null {
    return this.upTo(place + 1)[place] ?? null;
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
