// tally.test.ts - what a source counts of its lines stays a whole number, whatever its lines say.

import { expect, test } from "vitest";
import { Tally } from "../../../../src/exchange/import/source/tally.ts";

test("events that a source lost are counted up to the largest whole number, and no further", () => {
  const tally = new Tally(false, (complaint) => new Error(complaint));
  tally.lost("events", 3);
  tally.lost("events", 4);
  tally.lost("probe", 1e21);
  tally.lost("probe", 1);
  expect(tally.counts().map(({ name, lost }) => [name, lost])).toEqual([
    ["events", 7],
    ["probe", Number.MAX_SAFE_INTEGER],
  ]);
});

test("names are counted apart up to a bound, whatever a damaged file calls its lines", () => {
  const tally = new Tally(false, (complaint) => new Error(complaint));
  for (let i = 0; i < 10_000; i++) tally.skipped(`event${i}`, "unknown");
  tally.kept("event7");
  const counts = tally.counts();
  expect(counts.length).toBeLessThan(5000);
  expect(counts.reduce((sum, { read }) => sum + read, 0)).toBe(10_001);
  expect(counts.find(({ name }) => name === "event7")).toMatchObject({ read: 2, kept: 1 });
});

test("only the first line of a name that is skipped must say why", () => {
  const tally = new Tally(false, (complaint) => new Error(complaint));
  expect(tally.skippedAgain("event")).toBe(false);
  tally.skipped("event", "unknown");
  expect(tally.skippedAgain("event")).toBe(true);
  expect(tally.counts()).toEqual([
    { name: "event", read: 2, kept: 0, skipped: 2, lost: 0, why: "unknown" },
  ]);
});
