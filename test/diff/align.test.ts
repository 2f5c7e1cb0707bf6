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

test("each event stands once, in order, beside its equal or alone", () => {
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      const aligned = align(a, b);
      const inOrder = (side: "a" | "b") =>
        aligned.map((pair) => pair[side]).filter((at) => at >= 0);
      expect(inOrder("a")).toEqual([...a.keys()]);
      expect(inOrder("b")).toEqual([...b.keys()]);
      const pairs = aligned.filter((pair) => pair.a >= 0 && pair.b >= 0);
      expect(pairs.every((pair) => a[pair.a] === b[pair.b])).toBe(true);
      expect(pairs).toHaveLength(commonLength(a, b));
    }),
  );
});

test("an event that was put in between stands alone", () => {
  expect(align(["a", "b"], ["a", "x", "b"])).toEqual([
    { a: 0, b: 0 },
    { a: -1, b: 1 },
    { a: 1, b: 2 },
  ]);
});
