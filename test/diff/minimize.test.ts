// minimize.test.ts - what is left shows it still, and nothing of it can be left out.

import fc from "fast-check";
import { expect, test } from "vitest";
import { smallest, smallestNumber } from "../../src/diff/minimize.ts";

test("of a list exactly the members that are needed are left, in order", async () => {
  const lists = fc
    .uniqueArray(fc.nat(100), { minLength: 1, maxLength: 30 })
    .chain((list) => fc.tuple(fc.constant(list), fc.subarray(list, { minLength: 1 })));
  await fc.assert(
    fc.asyncProperty(lists, async ([list, needed]) => {
      const shows = async (part: readonly number[]) => needed.every((one) => part.includes(one));
      expect(await smallest(list, shows)).toEqual(needed);
    }),
  );
});

test("of a number the least that is needed is left", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), async (value, least) => {
      fc.pre(least <= value);
      expect(await smallestNumber(value, async (number) => number >= least)).toBe(least);
    }),
  );
});
