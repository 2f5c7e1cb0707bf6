// json.test.ts - JSON text is parsed as deep as people nest it; deeper text is refused before it is walked through.

import { describe, expect, test } from "vitest";
import { parseFacts, parseJson } from "../../src/event/json.ts";

const DEEPEST = 64;
const lists = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("a text of JSON", () => {
  test.each([
    ["lists", lists],
    ["objects", objects],
  ])("of %s is parsed down to 64 levels and refused at 65", (_, nested) => {
    expect(JSON.stringify(parseJson(nested(DEEPEST)))).toBe(nested(DEEPEST));
    expect(() => parseJson(nested(DEEPEST + 1))).toThrow(
      new SyntaxError("nested more than 64 deep"),
    );
  });

  test("is as deep as its deepest part, wherever that stands", () => {
    const shallow = "[[]],".repeat(100);
    expect(parseJson(`[${shallow}${lists(63)}]`)).toHaveLength(101);
    for (const text of [`[${shallow}${lists(64)}]`, `[${lists(64)}${",[[]]".repeat(100)}]`])
      expect(() => parseJson(text)).toThrow("nested more than 64 deep");
  });

  test("can have any brackets in its strings", () => {
    for (const text of ["[".repeat(200), `\\"${"{".repeat(200)}`, `${"]".repeat(99)}"`, "\\"])
      expect(parseJson(JSON.stringify([text, "x".repeat(200)]))).toEqual([text, "x".repeat(200)]);
    const closing = JSON.stringify("]".repeat(200));
    expect(() => parseJson(`[${closing},${lists(64)}]`)).toThrow("nested more than 64 deep");
  });

  test("that is broken is told as JSON.parse tells it, short or long", () => {
    for (const text of ["", "{", "[1,]", `[${"1,".repeat(200)}]`])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

test("a record of facts is an object and nothing else", () => {
  expect(parseFacts('{"a":1}')).toEqual({ a: 1 });
  for (const text of ["[]", "null", "7", '"a"', "true"])
    expect(() => parseFacts(text)).toThrow(new SyntaxError("it is no record"));
});
