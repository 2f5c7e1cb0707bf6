// align.test.ts - partners keep their order, and nothing is left out or paired twice.

import fc from "fast-check";
import { expect, test } from "vitest";
import { align } from "../../src/diff/align.ts";

const keys = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });

/** The length of a longest common sequence, by the table of the textbook. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = Array<number>(b.length + 1).fill(0);
  for (const key of a) {
    const next = [0];
    for (const [j, other] of b.entries())
      next.push(key === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    row = next;
  }
  return row.at(-1)!;
}

const isRising = (places: readonly number[]): boolean =>
  places.every((place, i) => i === 0 || place > places[i - 1]!);

test("partners have equal keys, keep their order, and are as many as can be", () => {
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      const pairs = align(a, b).flatMap((run) =>
        Array.from({ length: run.length }, (_, i) => ({ a: run.a + i, b: run.b + i })),
      );
      expect(isRising(pairs.map((pair) => pair.a))).toBe(true);
      expect(isRising(pairs.map((pair) => pair.b))).toBe(true);
      expect(pairs.every((pair) => a[pair.a] === b[pair.b])).toBe(true);
      expect(pairs).toHaveLength(commonLength(a, b));
    }),
  );
});

test("what was put in between has no partner", () => {
  expect(align(["a", "b"], ["a", "x", "b"])).toEqual([
    { a: 0, b: 0, length: 1 },
    { a: 1, b: 2, length: 1 },
  ]);
});

test("long lists that share little find their partners by the keys that stand once", () => {
  const SHARED = 50;
  const list = (side: string) =>
    Array.from({ length: 20_000 }, (_, i) =>
      i % 400 === 7 ? `shared ${i}` : `${side} ${i % 100}`,
    );
  const runs = align(list("a"), ["extra", ...list("b")]);
  expect(runs).toHaveLength(SHARED);
  expect(runs.every(({ a, b }) => b === a + 1)).toBe(true);
});

/** The length of a longest part of a list that rises, each member compared with all before it. */
function longestRise(list: readonly number[]): number {
  const ending: number[] = [];
  for (const [i, one] of list.entries())
    ending.push(
      1 + Math.max(0, ...ending.filter((_, before) => before < i && list[before]! < one)),
    );
  return Math.max(0, ...ending);
}
const pairsOf = (runs: ReturnType<typeof align>): number =>
  runs.reduce((sum, { length }) => sum + length, 0);

// Longer than what is aligned exactly: (1,100 + 1,100)^2 steps.
const LONG = 1100;
const numbers = Array.from({ length: LONG }, (_, i) => i);

test("of two blocks that changed places in a long list the longer one keeps its partners", () => {
  const moved = [...numbers.slice(700), ...numbers.slice(0, 700)];
  expect(align(numbers, moved)).toEqual([{ a: 0, b: 400, length: 1 }, ...ones(1, 401, 699)]);
  const back = [...numbers.slice(300), ...numbers.slice(0, 300)];
  expect(pairsOf(align(numbers, back))).toBe(800);
});
const ones = (a: number, b: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ a: a + i, b: b + i, length: 1 }));

test("a long list in another order keeps as many partners as rise in both", () => {
  const order = fc.shuffledSubarray(numbers, { minLength: LONG });
  fc.assert(
    fc.property(order, (shuffled) => {
      const runs = align(numbers, shuffled);
      expect(isRising(runs.map(({ a }) => a))).toBe(true);
      expect(isRising(runs.map(({ b }) => b))).toBe(true);
      expect(runs.every(({ a, b, length }) => length === 1 && numbers[a] === shuffled[b])).toBe(
        true,
      );
      expect(runs).toHaveLength(longestRise(shuffled));
    }),
    { numRuns: 5 },
  );
});
