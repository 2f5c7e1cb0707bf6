// slots.test.ts - which slabs of a swiotlb a buffer gets: in a row, within a segment of 128, behind the last ones.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Slots } from "../../../src/platform/dma/slots.ts";

const SEGMENT = 128;
const given = (...requests: readonly number[]): (number | null)[] => {
  const slots = new Slots(2 * SEGMENT);
  return requests.map((slabs) => slots.take(slabs, 1));
};

describe("a buffer", () => {
  test.each<[says: string, requests: readonly number[], first: readonly (number | null)[]]>([
    ["lies behind the one before it", [1, 2, 3], [0, 1, 3]],
    ["does not lie across the end of a segment", [100, 100], [0, 128]],
    ["can take a segment whole", [128, 128, 1], [0, 128, null]],
    ["is refused where it is longer than a segment", [129], [null]],
    ["fills the room that a larger one left", [100, 100, 28, 28, 1], [0, 128, 228, 100, null]],
  ])("%s", (_, requests, first) => {
    expect(given(...requests)).toEqual(first);
  });

  test("of a page and more begins at a page: at every second slab", () => {
    const slots = new Slots(SEGMENT);
    expect([slots.take(1, 1), slots.take(2, 2), slots.take(2, 2)]).toEqual([0, 2, 4]);
  });

  test("is looked for from the beginning once the end is reached", () => {
    const slots = new Slots(SEGMENT);
    expect([slots.take(64, 1), slots.take(64, 1)]).toEqual([0, 64]);
    expect(slots.index).toBe(0);
    slots.give(0, 64);
    expect(slots.take(1, 1)).toBe(0);
  });
});

describe("slabs that are given back", () => {
  test("make one run with the free ones before and behind them", () => {
    const slots = new Slots(SEGMENT);
    for (let i = 0; i < 128; i++) slots.take(1, 1);
    for (const first of [10, 12, 11]) slots.give(first, 1);
    expect(slots.take(3, 1)).toBe(10);
  });

  test("make no run over the end of their segment", () => {
    const slots = new Slots(2 * SEGMENT);
    for (let i = 0; i < 256; i++) slots.take(1, 1);
    slots.give(127, 1);
    slots.give(128, 1);
    expect([slots.take(2, 1), slots.used]).toEqual([null, 254]);
  });

  test("are all free again, in whatever order they come back", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: SEGMENT }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), (wanted, order) => {
        const slots = new Slots(4 * SEGMENT);
        const taken = wanted.flatMap((slabs) => {
          const first = slots.take(slabs, 1);
          return first === null ? [] : [{ first, slabs, by: order.next().value! }];
        });
        expect(slots.used).toBe(taken.reduce((sum, { slabs }) => sum + slabs, 0));
        taken.sort((a, b) => a.by - b.by);
        for (const { first, slabs } of taken) slots.give(first, slabs);
        expect(slots.used).toBe(0);
        slots.index = 0;
        expect([0, 1, 2, 3].map(() => slots.take(SEGMENT, 1))).toEqual([0, 128, 256, 384]);
      }),
    );
  });
});
