// dice.test.ts - chance is seeded: a seed and a program give the same run on every machine.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Dice } from "../src/dice.ts";

const seed = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
const rolls = (dice: Dice, sides: number, times = 32) =>
  Array.from({ length: times }, () => dice.roll(sides));

describe("a roll", () => {
  test("is the same for the same seed", () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 2 ** 32 }), (n, sides) => {
        expect(rolls(new Dice(n), sides)).toEqual(rolls(new Dice(n), sides));
      }),
    );
  });

  test("is a whole number below the number of sides", () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 2 ** 32 }), (n, sides) => {
        for (const roll of rolls(new Dice(n), sides))
          expect(Number.isInteger(roll) && roll >= 0 && roll < sides).toBe(true);
      }),
    );
  });

  test("is another for another seed", () => {
    const first = Array.from({ length: 1000 }, (_, n) => rolls(new Dice(n), 2 ** 32, 2).join());
    expect(new Set(first).size).toBe(1000);
  });

  test("is what it was when traces were first recorded", () => {
    expect(rolls(new Dice(7), 100, 12)).toEqual([22, 37, 5, 40, 88, 35, 94, 84, 6, 6, 23, 28]);
  });

  test("shows every side of a die about as often as any other", () => {
    const seen = Array<number>(6).fill(0);
    for (const roll of rolls(new Dice(1), 6, 6000)) seen[roll]!++;
    for (const times of seen) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });

  test("does not stick at the one seed that would leave the generator at zero", () => {
    expect(new Set(rolls(new Dice(0x9e3779b9), 2 ** 32)).size).toBe(32);
  });
});

describe("a shuffle", () => {
  test("holds each number once", () => {
    fc.assert(
      fc.property(seed, fc.nat({ max: 300 }), (n, count) => {
        const order = [...new Dice(n).shuffled(count)].sort((a, b) => a - b);
        expect(order).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  test("is the same for the same seed and another for another", () => {
    expect(new Dice(5).shuffled(50)).toEqual(new Dice(5).shuffled(50));
    expect(new Dice(5).shuffled(50)).not.toEqual(new Dice(6).shuffled(50));
  });

  test("can put any of a few numbers in any place", () => {
    const orders = Array.from({ length: 500 }, (_, n) => new Dice(n).shuffled(3).join(""));
    expect([...new Set(orders)].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
  });
});
