// table.test.ts - budgets are judged as they are printed.

import { describe, expect, test } from "vitest";
import { atLeast, atMost, type Budget, missedIn, named, ratio, stretch, textOf } from "./table.ts";

const tableOf = (...budgets: Budget[]) => ({
  title: "of a test",
  heading: ["", "measured"],
  rows: [{ cells: ["  what it took", "17.5 ms"], budgets }],
});
const ms = (time: number) => `${time.toFixed(1)} ms`;

describe("a budget", () => {
  test("of at least so much is missed by less, and kept by the bound itself", () => {
    expect(missedIn(tableOf(atLeast(0.8, 0.8, ratio), atLeast(0.8, 2, ratio)))).toEqual([]);
    expect(missedIn(tableOf(atLeast(0.8, 0.74, ratio)))).toEqual([
      { row: "what it took", measured: "0.74", budget: "0.80 or more" },
    ]);
  });

  test("of at most so much is missed by more, and kept by the bound itself", () => {
    expect(missedIn(tableOf(atMost(16, 16, ms), atMost(16, 3, ms)))).toEqual([]);
    expect(missedIn(tableOf(atMost(16, 17.5, ms)))).toEqual([
      { row: "what it took", measured: "17.5 ms", budget: "16 ms or less" },
    ]);
  });

  test("is missed by what is no number", () => {
    expect(missedIn(tableOf(atMost(2, Number.NaN, ratio)))).toHaveLength(1);
    expect(missedIn(tableOf(atLeast(2, Number.NaN, ratio)))).toHaveLength(1);
  });

  test("that is a stretch is printed and not judged", () => {
    const table = tableOf(stretch(atLeast(0.4, 0.28, ratio)));
    expect(missedIn(table)).toEqual([]);
    expect(textOf(table)).toContain("0.40 or more, a stretch");
  });

  test("beside another one in a row is judged by itself and says which it is", () => {
    const table = tableOf(atMost(16, 3, ms), named("ratio", atMost(2, 2.5, ratio)));
    expect(missedIn(table)).toEqual([
      { row: "what it took", measured: "ratio 2.50", budget: "ratio 2 or less" },
    ]);
    expect(textOf(table)).toContain("16 ms or less, ratio 2 or less\n");
  });

  test("is shown as a dash where a row has none", () => {
    expect(textOf(tableOf())).toMatch(/^ *what it took +17\.5 ms +-$/m);
  });
});
