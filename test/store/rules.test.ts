// rules.test.ts - what a value of a trace file must be, and where the first is that is not.

import { describe, expect, test } from "vitest";
import * as rules from "../../src/store/rules.ts";

const values = {
  text: "a",
  empty: "",
  number: 7,
  half: 0.5,
  negative: -1,
  large: 2 ** 53,
  bigint: 7n,
  one: 1n,
  zero: 0n,
  two: 2n,
  far: 2n ** 53n,
  flag: true,
  nothing: null,
  undefined: undefined,
  list: [1],
  object: { a: 1 },
} as const;

/** Which of the values a rule takes. */
const takenBy = (rule: rules.Rule): string[] =>
  Object.entries(values).flatMap(([name, value]) => (rule(value) === null ? [name] : []));

test.each([
  ["text", rules.text, ["text", "empty"], "a text"],
  ["bigint", rules.bigint, ["bigint", "one", "zero", "two", "far"], "a whole number"],
  ["number", rules.number, ["number", "half", "negative", "large"], "a number"],
  ["count", rules.count, ["number"], "a whole number from 0 on"],
  ["whole", rules.whole, ["bigint", "one", "zero", "two"], "a whole number below 2^53"],
  ["flag", rules.flag, ["one", "zero"], "0 or 1"],
  [
    "setting",
    rules.setting,
    ["text", "empty", "number", "half", "negative", "large", "flag"],
    "true, false, a number or a text",
  ],
  ["one of some", rules.oneOf(["a", "b"]), ["text"], "one of a, b"],
  ["a list", rules.list(rules.number), ["list"], "a list"],
  ["an object", rules.all(rules.number), ["object"], "an object"],
  ["an object with fields", rules.fields({ a: rules.number }), ["object"], "an object"],
] as const)("%s is what it must be and nothing else", (_, rule, taken, wanted) => {
  expect(takenBy(rule)).toEqual(taken);
  expect(rule(Symbol.iterator)).toEqual({ path: [], says: `expected ${wanted}` });
});

test("0 is a count", () => {
  expect(rules.count(0)).toBeNull();
});

test("a value that may be missing is nothing or what it must be otherwise", () => {
  expect(takenBy(rules.orNothing(rules.text))).toEqual(["text", "empty", "nothing"]);
});

describe("what is not as it must be is told by the path to it", () => {
  const rule = rules.fields({
    names: rules.list(rules.text),
    counts: rules.all(rules.list(rules.fields({ read: rules.count }))),
  });
  const good = { names: ["a", "b"], counts: { x: [{ read: 0 }], y: [] }, other: 7 };

  test("or is nothing where all is right, whatever else there is", () => {
    expect(rule(good)).toBeNull();
  });

  test.each([
    [{ ...good, names: ["a", 7, 8] }, ["names", "1"], "a text"],
    [{ ...good, names: "a" }, ["names"], "a list"],
    [{ names: [] }, ["counts"], "an object"],
    [
      { ...good, counts: { x: [], y: [{ read: 1 }, { read: -1 }] } },
      ["counts", "y", "1", "read"],
      "a whole number from 0 on",
    ],
    [{ ...good, counts: { x: 7 } }, ["counts", "x"], "a list"],
    [[], [], "an object"],
    [null, [], "an object"],
  ] as const)("%j", (value, path, wanted) => {
    expect(rule(value)).toEqual({ path, says: `expected ${wanted}` });
  });
});
