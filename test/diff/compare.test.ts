// compare.test.ts - the class of two partners, by where their numbers lead, whose page they mean and what they say.

import { describe, expect, test } from "vitest";
import { gattIndex } from "../../src/address.ts";
import { differing, Judge, type PairClass } from "../../src/diff/compare.ts";
import { FOUND, KEY, LEADS, NONE, NOTE, OWNER, PAGE, WIDTH } from "../../src/diff/event-queue.ts";
import { at } from "../../src/event/field.ts";
import {
  NO_NUMBER,
  NOWHERE,
  OTHER_FRAME,
  RIGHT,
  UNKNOWN,
  WRONG_SPACE,
} from "../../src/event/verdict.ts";
import { kindCode } from "../../src/event/vocabulary.ts";
import { NOBODY } from "../../src/fingerprint/page-owners.ts";
import { told } from "../check/judged.ts";

const named = { leads: LEADS, owner: OWNER, page: PAGE, note: NOTE, key: KEY } as const;
type Values = { readonly [name: string]: number };

/** An event as numbers, behind one that is none of it; what is not said is not known. */
function valuesOf(said: Values = {}): Float64Array {
  const values = new Float64Array(2 * WIDTH).fill(NONE);
  const all = { kind: kindCode["gatt.written"], leads: NO_NUMBER, ...said };
  for (const [name, value] of Object.entries(all)) {
    const place = name in named ? named[name as keyof typeof named] : at[name as keyof typeof at];
    values[WIDTH + place] = value;
  }
  return values;
}

const judgeOf = (isWhole: boolean) => new Judge((a, b) => a === b - 10, isWhole);
const judged = (a: Values, b: Values, isWhole = true): [PairClass, number] => {
  const judge = judgeOf(isWhole);
  const name = judge.judge(valuesOf(a), WIDTH, valuesOf(b), WIDTH);
  return [name, judge.unknown];
};

test.each<[string, Values, Values, whole: PairClass, recorded?: PairClass]>([
  ["that say nothing", {}, {}, "same"],
  ["that both lead to their page", { leads: RIGHT }, { leads: RIGHT }, "same"],
  ["that are both in the wrong space", { leads: WRONG_SPACE }, { leads: WRONG_SPACE }, "same"],
  ["of which one is in the wrong space", { leads: RIGHT }, { leads: WRONG_SPACE }, "wrong-space"],
  ["of which the first is", { leads: WRONG_SPACE }, { leads: RIGHT }, "wrong-space"],
  ["of which one leads to another frame", { leads: RIGHT }, { leads: OTHER_FRAME }, "wrong-frame"],
  ["of which one leads nowhere", { leads: NOWHERE }, { leads: RIGHT }, "wrong-frame"],
  ["that are wrong in two ways", { leads: WRONG_SPACE }, { leads: OTHER_FRAME }, "wrong-space"],
  ["of which one is found wrong", { leads: RIGHT }, { leads: FOUND }, "wrong"],
  ["of which the first is found wrong", { leads: FOUND }, { leads: UNKNOWN }, "wrong"],
  ["that are both found wrong", { leads: FOUND }, { leads: FOUND }, "same"],
  [
    "of which one is found wrong and the other leads astray",
    { leads: FOUND },
    { leads: OTHER_FRAME },
    "wrong-frame",
  ],
  [
    "of which one has no number",
    { leads: NO_NUMBER },
    { leads: WRONG_SPACE },
    "wrong-space",
    "same",
  ],
  ["of which one is not known", { leads: UNKNOWN }, { leads: WRONG_SPACE }, "same"],
  ["of which one is not known and the other right", { leads: UNKNOWN }, { leads: RIGHT }, "same"],
  ["of two kinds", {}, { kind: kindCode["gatt.read"] }, "wrong-frame"],
  ["with other numbers", { bus: 1 }, { bus: 2 }, "same after translation"],
  ["with another word", { value: 1 }, { value: 2 }, "same after translation"],
  ["of which one has no number at all", { bus: 1 }, {}, "same"],
  ["of which the other has none", {}, { bus: 1 }, "same"],
  ["with another seq", { seq: 1 }, { seq: 2 }, "same"],
  ["with another text, of a kind that has none", { note: 1 }, { note: 2 }, "same"],
  [
    "with another text",
    { kind: kindCode["fault.raised"], note: 1 },
    { kind: kindCode["fault.raised"], note: 2 },
    "same after translation",
  ],
  ["of partners' pages", { owner: 1, page: 3 }, { owner: 11, page: 3 }, "same"],
  ["of others' pages", { owner: 1, page: 3 }, { owner: 12, page: 3 }, "wrong-frame"],
  ["of other pages of partners", { owner: 1, page: 3 }, { owner: 11, page: 4 }, "wrong-frame"],
  ["of which one is of no page", { owner: 1, page: 3 }, {}, "same"],
  ["of which the first is of no page", {}, { owner: 1, page: 3 }, "same"],
  ["of nobody's pages", { owner: NOBODY, page: 1 }, { owner: NOBODY, page: 2 }, "same"],
  ["of which one is nobody's", { owner: NOBODY }, { owner: 11, page: 3 }, "wrong-frame", "same"],
  [
    "of which the other is nobody's",
    { owner: 1, page: 3 },
    { owner: NOBODY },
    "wrong-frame",
    "same",
  ],
])("partners %s", (_, a, b, whole, recorded = whole) => {
  expect(judged(a, b)[0]).toBe(whole);
  expect(judged(a, b, false)[0]).toBe(recorded);
});

test("a pair is counted as unknown where one is wrong and the other does not say", () => {
  expect(judged({ leads: UNKNOWN }, { leads: WRONG_SPACE })[1]).toBe(1);
  expect(judged({ leads: NOWHERE }, { leads: UNKNOWN })[1]).toBe(1);
  expect(judged({ leads: NO_NUMBER }, { leads: NOWHERE }, false)[1]).toBe(1);
  expect(judged({ leads: UNKNOWN }, { leads: RIGHT })[1]).toBe(0);
  expect(judged({ leads: NO_NUMBER }, { leads: NOWHERE })[1]).toBe(0);
});

describe("number by number", () => {
  test.each<[string, Values, Values, whole: boolean, recorded?: boolean]>([
    ["nothing differs", { bus: 1, actor: 1, place: 2 }, { bus: 1, actor: 1, place: 2 }, false],
    ["the kind does", {}, { kind: kindCode["gatt.read"] }, true],
    ["the actor does", { actor: 1 }, { actor: 2 }, true],
    ["the function does", { place: 1 }, { place: 2 }, true],
    ["the number does", { bus: 1 }, { bus: 2 }, true],
    ["one has no number", { bus: 1 }, {}, true, false],
    ["the other has none", {}, { bus: 1 }, true, false],
    ["the seq does, and the time", { seq: 1, at: 1 }, { seq: 2, at: 2 }, false],
  ])("%s", (_, a, b, whole, recorded = whole) => {
    const differs = (isWhole: boolean) =>
      judgeOf(isWhole).differs(valuesOf(a), WIDTH, valuesOf(b), WIDTH);
    expect(differs(true)).toBe(whole);
    expect(differs(false)).toBe(recorded);
  });
});

test("of two events the fields that differ are named", () => {
  const entry = told("gatt.written", { entry: gattIndex(3), word: 1, place: "bind" });
  const read = told("gatt.read", { entry: gattIndex(3), word: 1 });
  const other = { ...entry, word: 2, actor: "driver", place: "unbind" } as const;
  expect(differing(entry, entry, true)).toEqual([]);
  expect(differing(entry, read, true)).toEqual(["kind"]);
  expect(differing(entry, other, true)).toEqual(["word", "actor", "place"]);
  const untold = { ...entry, place: null };
  expect(differing(entry, untold, true)).toEqual(["place"]);
  expect(differing(untold, entry, false)).toEqual([]);
  const { place: _, ...without } = entry;
  expect(differing(untold, without, true)).toEqual([]);
});
