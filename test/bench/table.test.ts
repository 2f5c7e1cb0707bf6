// table.test.ts - budgets are judged as they are printed, and a table that fails takes no other with it.

import { describe, expect, test } from "vitest";
import { exitCodeOf, runAll, summaryOf } from "./run.ts";
import {
  atLeast,
  atMost,
  type Budget,
  type Missed,
  missedIn,
  named,
  ratio,
  stretch,
  textOf,
} from "./table.ts";

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

const miss: Missed = { row: "seek", measured: "17.5 ms", budget: "16 ms or less" };
/** Runs tables of which one fails, one misses a budget and one is as it should be. */
async function ran(...names: string[]) {
  const said: string[] = [];
  const asked: string[] = [];
  const measure = async (name: string) => {
    asked.push(name);
    if (name === "broken") throw new Error("its own capture is refused");
    return name === "slow" ? [miss] : [];
  };
  const report = await runAll(names, measure, (line) => said.push(line));
  return { asked, said, report };
}

describe("a run of all tables", () => {
  test("goes on after a table that fails, and reports it at once and at its end", async () => {
    const { asked, said, report } = await ran("broken", "good", "slow");
    expect(asked).toEqual(["broken", "good", "slow"]);
    expect(said).toEqual(["broken failed: its own capture is refused\n"]);
    const summary = summaryOf(report, true);
    expect(summary).toContain("2 tables of 3 measured");
    expect(summary).toContain("broken failed: its own capture is refused");
    expect(summary).toMatch(/^slow +seek +17\.5 ms +16 ms or less$/m);
  });

  test("ends with 1 where a table failed, however short it was", async () => {
    const { report } = await ran("broken", "good");
    expect([exitCodeOf(report, true), exitCodeOf(report, false)]).toEqual([1, 1]);
  });

  test("ends with 1 where a budget was missed, and with 0 where none is judged", async () => {
    const { report } = await ran("good", "slow");
    expect([exitCodeOf(report, true), exitCodeOf(report, false)]).toEqual([1, 0]);
    expect(summaryOf(report, false)).toBe(
      "2 tables of 2 measured\nshort runs: no budget was judged",
    );
  });

  test("ends with 0 where all went well", async () => {
    const { report } = await ran("good");
    expect(exitCodeOf(report, true)).toBe(0);
    expect(summaryOf(report, true)).toBe("1 table of 1 measured\nno budget was missed");
  });
});
