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
