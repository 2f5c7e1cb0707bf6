// align.ts - which members of two lists are partners: the longest common sequence of their keys, or nearly.
//
// Myers' algorithm is exact, and slow where long lists share little. There the keys that stand once in each list
// are fixed first (patience diff, Bram Cohen's), and what lies between them is aligned alone.

import diffSequences from "@jest/diff-sequences";

// The package's types describe its CommonJS build; imported as a module, the default is the function.
const commonRuns = diffSequences as unknown as typeof diffSequences.default;

/** So many partners, one after the other in both lists, from these positions on. */
export interface Run {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/** Steps that Myers' algorithm may need at worst, before keys are fixed first. */
const EXACT_STEPS = 1 << 22;

/** The runs of partners in two lists of keys, in order; equal beginnings and ends cost nothing. */
export function align<K>(a: readonly K[], b: readonly K[]): Run[] {
  const runs: Run[] = [];
  alignWithin(a, b, { a: 0, b: 0, endA: a.length, endB: b.length }, runs);
  return runs;
}

interface Span {
  readonly a: number;
  readonly b: number;
  readonly endA: number;
  readonly endB: number;
}

function alignWithin<K>(a: readonly K[], b: readonly K[], span: Span, runs: Run[]): void {
  let { a: fromA, b: fromB, endA, endB } = span;
  while (fromA < endA && fromB < endB && a[fromA] === b[fromB]) {
    fromA++;
    fromB++;
  }
  if (fromA > span.a) runs.push({ a: span.a, b: span.b, length: fromA - span.a });
  let tail = 0;
  while (fromA < endA && fromB < endB && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
    tail++;
  }
  const between = { a: fromA, b: fromB, endA, endB };
  const [lengthA, lengthB] = [endA - fromA, endB - fromB];
  if (lengthA > 0 && lengthB > 0) {
    if ((lengthA + lengthB) ** 2 <= EXACT_STEPS) alignExactly(a, b, between, runs);
    else alignByAnchors(a, b, between, runs);
  }
  if (tail > 0) runs.push({ a: endA, b: endB, length: tail });
}

function alignExactly<K>(a: readonly K[], b: readonly K[], span: Span, runs: Run[]): void {
  commonRuns(
    span.endA - span.a,
    span.endB - span.b,
    (i, j) => a[span.a + i] === b[span.b + j],
    (length, i, j) => runs.push({ a: span.a + i, b: span.b + j, length }),
  );
}

/** Fixes the keys that stand once in each list, and aligns what lies between; without any, nothing is aligned. */
function alignByAnchors<K>(a: readonly K[], b: readonly K[], span: Span, runs: Run[]): void {
  const anchors = rising(onceInEach(a, b, span));
  if (anchors.length === 0) return;
  let [fromA, fromB] = [span.a, span.b];
  for (const anchor of anchors) {
    alignWithin(a, b, { a: fromA, b: fromB, endA: anchor.a, endB: anchor.b }, runs);
    runs.push({ ...anchor, length: 1 });
    [fromA, fromB] = [anchor.a + 1, anchor.b + 1];
  }
  alignWithin(a, b, { a: fromA, b: fromB, endA: span.endA, endB: span.endB }, runs);
}

interface Anchor {
  readonly a: number;
  readonly b: number;
}

/** Keys that stand once in each list, by their positions, in the first one's order. */
function onceInEach<K>(a: readonly K[], b: readonly K[], span: Span): Anchor[] {
  const TWICE = -1;
  const positionsIn = (keys: readonly K[], from: number, end: number) => {
    const positions = new Map<K, number>();
    for (let i = from; i < end; i++) positions.set(keys[i]!, positions.has(keys[i]!) ? TWICE : i);
    return positions;
  };
  const inB = positionsIn(b, span.b, span.endB);
  return [...positionsIn(a, span.a, span.endA)].flatMap(([key, at]) => {
    const other = inB.get(key);
    return at === TWICE || other === undefined || other === TWICE ? [] : [{ a: at, b: other }];
  });
}

/** The longest sequence of anchors whose positions rise in both lists (patience sorting). */
function rising(anchors: readonly Anchor[]): Anchor[] {
  const tops: number[] = [];
  const before = new Int32Array(anchors.length).fill(-1);
  anchors.forEach(({ b }, i) => {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (anchors[tops[middle]!]!.b < b) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = tops[low - 1]!;
    tops[low] = i;
  });
  const longest: Anchor[] = [];
  for (let i = tops.at(-1) ?? -1; i >= 0; i = before[i]!) longest.push(anchors[i]!);
  return longest.reverse();
}
