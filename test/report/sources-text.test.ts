// sources-text.test.ts - what became of a file's lines is seen at a glance, however many events a kernel has.

import { expect, test } from "vitest";
import { type Count, UNKNOWN_EVENT } from "../../src/event/trace.ts";
import { sourcesText } from "../../src/report/sources-text.ts";

const unknown = (i: number): Count => ({
  name: `sched_${i}`,
  read: 1000 - i,
  kept: 0,
  skipped: 1000 - i,
  lost: 0,
  why: `a.txt:${i + 1}: ${UNKNOWN_EVENT}`,
});
const damaged: Count = {
  name: "dma_alloc",
  read: 1,
  kept: 0,
  skipped: 1,
  lost: 0,
  why: "a.txt:9:1: no field 'size'",
};
const textOf = (counts: readonly Count[]): string =>
  sourcesText([{ path: "a.txt", format: "ftrace", lines: 1, counts }]);

test("of hundreds of unknown events ten have lines, and what is wrong with a known one is told", () => {
  const counts = [...Array.from({ length: 300 }, (_, i) => unknown(i)), damaged];
  const lines = textOf(counts).split("\n");
  expect(lines.length).toBeLessThan(30);
  expect(lines).toContainEqual(expect.stringMatching(/^ +dma_alloc +1 +0 +1 +0$/));
  expect(lines).toContain("  skipped dma_alloc: first a.txt:9:1: no field 'size'");
  expect(lines).toContainEqual(
    expect.stringMatching(/^ +290 more events +245,195 +0 +245,195 +0$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^ +in all +255,151 +0 +255,151 +0$/));
  expect(lines.at(-1)).toBe(
    "  skipped 290 more events: no importer knows this event; 'gartrace info --json' has each",
  );
});

test("eleven of them are told one by one", () => {
  const text = textOf(Array.from({ length: 11 }, (_, i) => unknown(i)));
  expect(text).toContain("skipped sched_10: first a.txt:11");
  expect(text).not.toContain("more events");
});
