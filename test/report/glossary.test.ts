// glossary.test.ts - every word of a report is explained, and a verdict once, where it first stands.

import { expect, test } from "vitest";
import { classes } from "../../src/diff/compare.ts";
import { verdicts } from "../../src/event/verdict.ts";
import { explained, glossary } from "../../src/report/glossary.ts";

test("every verdict and every class of pairs has a meaning and a case of its own", () => {
  expect([...glossary.keys()].toSorted()).toEqual(
    [...new Set([...verdicts, ...classes])].toSorted(),
  );
  const examples = [...glossary.values()].map(({ example }) => example);
  expect(new Set(examples).size).toBe(glossary.size);
});

test("a verdict is explained below the line in which it first stands, and not again", () => {
  const lines = ["one [identity]", "two [stale] and [identity]", "three [stale]"];
  expect(explained(lines)).toEqual([
    "one [identity]",
    `    identity: ${glossary.get("identity")!.means}`,
    "two [stale] and [identity]",
    `    stale: ${glossary.get("stale")!.means}`,
    "three [stale]",
  ]);
});
