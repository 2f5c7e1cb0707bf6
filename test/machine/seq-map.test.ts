// seq-map.test.ts - values by seqs, which come in ascending order and go in any.

import fc from "fast-check";
import { expect, test } from "vitest";
import { SeqMap } from "../../src/machine/seq-map.ts";

/** Seqs to a part of the map, and some on both sides of where the next one begins. */
const PART = 1 << 16;
const seqs = fc.uniqueArray(fc.oneof(fc.nat(9), fc.integer({ min: PART - 4, max: PART + 4 })));

test("what was added and not deleted is there, in ascending order", () => {
  fc.assert(
    fc.property(seqs, seqs, (added, deleted) => {
      const map = new SeqMap<string>();
      const ascending = added.toSorted((a, b) => a - b);
      for (const seq of ascending) map.add(seq, `${seq}`);
      for (const seq of deleted) map.delete(seq);
      const left = ascending.filter((seq) => !deleted.includes(seq));
      expect(map.size).toBe(left.length);
      expect([...map]).toEqual(left.map((seq) => [seq, `${seq}`]));
      expect([...map.values()]).toEqual(left.map(String));
      for (const seq of [...added, ...deleted]) {
        expect(map.has(seq)).toBe(left.includes(seq));
        expect(map.get(seq)).toBe(left.includes(seq) ? `${seq}` : undefined);
      }
    }),
  );
});

test("a stretch of seqs of which all were deleted takes new ones", () => {
  const map = new SeqMap<string>();
  map.add(1, "a");
  map.delete(1);
  map.add(2, "b");
  expect([...map]).toEqual([[2, "b"]]);
});
