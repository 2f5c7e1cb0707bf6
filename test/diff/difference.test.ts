// difference.test.ts - what is kept of a difference, what was moved, and what a comparison comes to.

import { expect, test } from "vitest";
import { answerOf, type Comparison, hasCompared } from "../../src/diff/comparison.ts";
import {
  type Difference,
  hasPage,
  type Mark,
  markOf,
  withReordered,
} from "../../src/diff/difference.ts";
import { KEY, LEADS, NONE, OWNER, PAGE, WIDTH } from "../../src/diff/event-queue.ts";
import { WrongSeqs, wrongBetween } from "../../src/diff/wrong-seqs.ts";
import { at } from "../../src/event/field.ts";
import type { Judged } from "../../src/judgement/judgement.ts";

test("of an event are kept its place, its codes, its key and where it leads", () => {
  const values = Float64Array.from({ length: 2 * WIDTH }, (_, i) => i);
  expect(markOf(values, WIDTH)).toEqual({
    ...{ seq: WIDTH + at.seq, kind: WIDTH + at.kind, actor: WIDTH + at.actor },
    ...{ place: WIDTH + at.place, value: WIDTH + at.value, cause: WIDTH + at.cause },
    ...{ key: WIDTH + KEY, leads: WIDTH + LEADS, owner: WIDTH + OWNER, page: WIDTH + PAGE },
  });
});

const mark = (seq: number, key: number): Mark => ({
  ...{ seq, key, kind: 1, actor: 1, place: 1, value: 1, leads: 0, owner: 0, page: 0, cause: NONE },
});
const missing = (seq: number, key: number): Difference => ({
  ...{ class: "missing", a: mark(seq, key), b: null },
});
const extra = (seq: number, key: number): Difference => ({
  ...{ class: "extra", a: null, b: mark(seq, key) },
});
const brief = (list: readonly Difference[]) =>
  list.map(({ class: name, a, b }) => `${name} ${a?.seq ?? "-"} ${b?.seq ?? "-"}`);

test.each<[string, Difference[], string[]]>([
  ["is missing and extra", [missing(1, 7), extra(9, 7)], ["reordered 1 9"]],
  ["is extra first", [extra(9, 7), missing(1, 7)], ["reordered 1 9"]],
  ["is missing alone", [missing(1, 7)], ["missing 1 -"]],
  ["is extra alone", [extra(9, 7)], ["extra - 9"]],
  ["is missing, and another extra", [missing(1, 7), extra(9, 8)], ["missing 1 -", "extra - 9"]],
  [
    "is missing twice and extra once",
    [missing(1, 7), missing(2, 7), extra(9, 7)],
    ["reordered 1 9", "missing 2 -"],
  ],
  [
    "is missing once and extra twice",
    [missing(1, 7), extra(8, 7), extra(9, 7)],
    ["reordered 1 8", "extra - 9"],
  ],
  [
    "is missing twice and extra twice",
    [missing(1, 7), extra(8, 7), missing(2, 7), extra(9, 7)],
    ["reordered 1 8", "reordered 2 9"],
  ],
  [
    "is wrong and has the key of one that is extra",
    [{ class: "wrong", a: mark(1, 7), b: mark(2, 7) }, extra(9, 7)],
    ["wrong 1 2", "extra - 9"],
  ],
])("an event that %s", (_, differences, after) => {
  expect(brief(withReordered(differences))).toEqual(after);
});

test("a mark has a page where an owner is known", () => {
  expect(hasPage(mark(1, 7))).toBe(true);
  expect(hasPage({ ...mark(1, 7), owner: NONE })).toBe(false);
});

const counts = {
  ...{ same: 0, "same after translation": 0, "wrong-space": 0, "wrong-frame": 0, wrong: 0 },
  ...{ missing: 0, extra: 0, reordered: 0 },
};
const whole = { count: 9, torn: false, lost: 0, digest: null };
const kept = { ...whole, digest: "5eed" };
const comparison = (given: object): Comparison =>
  ({
    ...{ first: null, counts, unread: { ops: 0, events: 0 }, extents: { a: whole, b: whole } },
    ...given,
  }) as unknown as Comparison;

test.each<[string, object, string, hasCompared?: boolean]>([
  ["nothing differs", { counts: { ...counts, same: 1 } }, "alike"],
  [
    "all that differs is translated",
    { counts: { ...counts, "same after translation": 1 } },
    "alike",
  ],
  ["all ops agree by signature", { unread: { ops: 1, events: 2 } }, "alike"],
  ["something differs", { first: {}, counts: { ...counts, same: 1 } }, "different"],
  ["nothing could be compared", {}, "undecided", false],
  ["all events are the same, compared or not", { extents: { a: kept, b: kept } }, "alike"],
  [
    "events are not the same",
    { extents: { a: kept, b: { ...kept, digest: "0dd" } } },
    "undecided",
    false,
  ],
  [
    "there is no event",
    { extents: { a: { ...kept, count: 0 }, b: { ...kept, count: 0 } } },
    "undecided",
    false,
  ],
  ["nothing has a partner", { counts: { ...counts, missing: 3 } }, "undecided", false],
  ...[
    { a: { ...whole, torn: true }, b: whole },
    { a: whole, b: { ...whole, torn: true } },
    { a: { ...whole, lost: 1 }, b: whole },
    { a: whole, b: { ...whole, lost: 1 } },
  ].map((extents, i): [string, object, string] => [
    `a part of one is not there (${i})`,
    { extents, counts: { ...counts, same: 1 } },
    "undecided",
  ]),
])("the answer where %s", (_, given, answer, compared = true) => {
  expect(answerOf(comparison(given))).toBe(answer);
  expect(hasCompared(comparison(given))).toBe(compared);
});

/** A trace whose events of these numbers are wrong, and how often it was gone through. */
function judgedOf(...seqs: number[]) {
  let begun = 0;
  const judged = {
    judgement: { wrong: { events: seqs.length, first: seqs[0] ?? null } },
    *wrong(from: number, to: number) {
      begun++;
      for (const seq of seqs) if (seq >= from && seq <= to) yield { seq };
    },
  } as unknown as Judged;
  return { judged, begun: () => begun };
}

test("wrong events are found in order, and from any place anew", () => {
  const { judged, begun } = judgedOf(3, 5, 6);
  const wrong = new WrongSeqs(judged, 8);
  const all = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(all.filter((seq) => wrong.has(seq))).toEqual([3, 5, 6]);
  expect(begun()).toBe(1);
  expect(wrong.has(8)).toBe(false);
  expect([5, 5, 3].map((seq) => wrong.has(seq))).toEqual([true, true, true]);
  expect(begun()).toBe(3);
  expect(new WrongSeqs(judged, 5).has(6)).toBe(false);
});

test("a trace without wrong events is not gone through", () => {
  const { judged, begun } = judgedOf();
  expect(new WrongSeqs(judged, 8).has(1)).toBe(false);
  expect(wrongBetween(judged, 1, 8)).toBe(0);
  expect(begun()).toBe(0);
});

test.each([
  [1, 8, 3],
  [3, 5, 2],
  [4, 4, 0],
  [1, 3, 1],
  [1, 2, 0],
])("from #%i to #%i are %i wrong events", (from, to, count) => {
  const { judged, begun } = judgedOf(3, 5, 6);
  expect(wrongBetween(judged, from, to)).toBe(count);
  expect(begun()).toBe(to < 3 ? 0 : 1);
});
