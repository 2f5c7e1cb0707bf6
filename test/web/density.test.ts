// density.test.ts - however far out one looks, an event that is wrong is seen, and none is counted twice.

import fc from "fast-check";
import { expect, test } from "vitest";
import { OP_BIT, WRONG_BIT, WRONG_LANE } from "../../src/answer/heads.ts";
import { Pyramid } from "../../src/page/pyramid.ts";
import { densityOf, exactDensity, stretchOf } from "../../src/web/density.ts";

function levels(count: number, wrong: readonly number[]) {
  const pyramid = new Pyramid(["driver", WRONG_LANE]);
  for (let seq = 1; seq <= count; seq++) pyramid.add(0, seq);
  for (const seq of wrong) pyramid.add(1, seq);
  const { lanes, unit, bins } = pyramid;
  return { head: { lanes: [...lanes], unit, bins, upTo: count }, counts: pyramid.numbers() };
}

test("one wrong event of 200,000 is seen in a view of all of them", () => {
  const density = densityOf(levels(200_000, [123_456]), { from: 0, to: 200_000 }, 1000);
  const seen = [...density.get(WRONG_LANE)!.entries()].filter(([, sum]) => sum > 0);
  expect(seen.map(([pixel]) => pixel)).toEqual([617]);
});

test("the stretch of what is wrong goes from the first bin with such an event to the last", () => {
  expect(stretchOf(levels(30_000, [29_900, 29_950]), WRONG_LANE)).toEqual({
    from: 29_899,
    to: 29_950,
  });
  expect(stretchOf(levels(300_000, [9]), WRONG_LANE)).toEqual({ from: 8, to: 16 });
  expect(stretchOf(levels(30_000, []), WRONG_LANE)).toBeNull();
});

test("the pixels of a view hold as many events as the view", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 10, max: 500 }),
      (count, width) => {
        const density = densityOf(levels(count, []), { from: 0, to: count }, width);
        const sum = density.get("driver")!.reduce((total, one) => total + one, 0);
        expect(sum).toBeCloseTo(count, 1);
      },
    ),
    { numRuns: 20 },
  );
});

test("counts are kept when neighbours become one", () => {
  const { head, counts } = levels(300_000, [1, 300_000]);
  expect(head.unit).toBe(8);
  const wrong = counts.subarray(head.bins, 2 * head.bins);
  expect(wrong[0]).toBe(1);
  expect(wrong.at(-1)).toBe(1);
  expect(counts.subarray(0, head.bins).reduce((total, one) => total + one, 0)).toBe(300_000);
});

test("from near, each event covers its own place", () => {
  const events = Uint8Array.of(0 | OP_BIT, 1, 1 | WRONG_BIT, 0);
  const detail = { head: { from: 1, actors: ["workload", "driver"] }, events };
  const density = exactDensity(detail, { from: 0, to: 4 }, 8);
  expect([...density.get("driver")!]).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
  expect([...density.get(WRONG_LANE)!]).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
});
