// scenario.test.ts - every real bug that is reproduced is caught by its check, and its fix silences all.

import { describe, expect, test } from "vitest";
import type { Checked } from "../../src/check/check.ts";
import { checks } from "../../src/check/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { bugTable, classes } from "../../src/scenario/classes.ts";
import { scenarios } from "../../src/scenario/index.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { setupOfScenario } from "../../src/scenario/setup.ts";
import { lawfulTrace } from "../laws.ts";

function checked(scenario: Scenario, fixed: boolean): Checked[] {
  const trace = lawfulTrace(setupOfScenario(scenario, fixed));
  return runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks);
}

test("names are their own", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});

test("scenarios stand in the order of the classes that they are of", () => {
  const rows = scenarios.map(({ row }) => row);
  expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  expect(rows.filter((row) => classes[row - 1] === undefined)).toEqual([]);
});

test("the table of bugs has a line for each class, which says why where none is told", () => {
  const [, , ...lines] = bugTable(scenarios).split("\n");
  expect(lines).toHaveLength(38);
  expect(lines[2]).toContain("| `bug:iommu-handle` | `table-base` |");
  expect(lines[35]).toContain("| - (not about addresses");
});

describe.each(scenarios)("bug:$name", (scenario) => {
  test("is caught by its check with its verdict, where it goes wrong first", () => {
    const all = checked(scenario, false);
    const caught = all.find(({ check }) => check.name === scenario.check);
    expect(caught?.findings[0]?.verdict).toBe(scenario.verdict);
    const first = Math.min(...all.flatMap(({ findings }) => findings.map(({ seq }) => seq)));
    expect(caught?.findings[0]?.seq).toBe(first);
    expect(all.filter(({ failure }) => failure !== null)).toEqual([]);
  });

  test("is silent when it is fixed", () => {
    const loud = checked(scenario, true).flatMap(({ findings }) => findings);
    expect(loud).toEqual([]);
  });
});
