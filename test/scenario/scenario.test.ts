// scenario.test.ts - every real bug that is told again is caught by its check, and its fix silences all.

import { describe, expect, test, vi } from "vitest";
import type { Checked } from "../../src/check/check.ts";
import { checks } from "../../src/check/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { scenarios } from "../../src/scenario/index.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { setupOfScenario } from "../../src/scenario/setup.ts";
import { tells } from "../tells.ts";

// A table of 64 MB is some hundred thousand events, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

function checked(scenario: Scenario, fixed: boolean): Checked[] {
  const trace = tells(setupOfScenario(scenario, fixed));
  return runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks);
}

test("names are their own", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});

describe.each(scenarios)("bug:$name", (scenario) => {
  test("is caught by its check, with its verdict", () => {
    const all = checked(scenario, false);
    const caught = all.find(({ check }) => check.name === scenario.check);
    expect(caught?.findings[0]?.verdict).toBe(scenario.verdict);
    expect(all.filter(({ failure }) => failure !== null)).toEqual([]);
  });

  test("is silent when it is fixed", () => {
    const loud = checked(scenario, true).flatMap(({ findings }) => findings);
    expect(loud).toEqual([]);
  });
});
