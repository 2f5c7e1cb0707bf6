// json-place.test.ts - a complaint about a JSON text names the line and the column of what it is about.

import { expect, test } from "vitest";
import { brokenAt, placeOf } from "../src/json-place.ts";

const text =
  '{"name":"a ] \\" }", "machine":{},\n"ops":[\n{"op":"x","list":[1,2]},\n {"op":\n"y"}\n]}';

test.each([
  [["ops", 0, "op"], 3],
  [["ops", 0, "list", 1], 3],
  [["ops", 1], 4],
  [["ops", 1, "op"], 5],
  [["ops"], 2],
  [["machine"], 1],
])("%j begins in line %i", (path, line) => {
  expect(placeOf(text, path).line).toBe(line);
});

test("of what is not there, the line of what should have it", () => {
  expect(placeOf(text, ["ops", 1, "pfn"]).line).toBe(4);
  expect(placeOf(text, ["ops", 9]).line).toBe(2);
});

test("a value has a column, and so has its name", () => {
  const line = '{"seq": 1, "kind":"op.began","arguments":{"a":[7, 8]}}';
  expect(placeOf(line, ["kind"])).toEqual({ line: 1, column: 19 });
  expect(placeOf(line, ["kind"], true)).toEqual({ line: 1, column: 12 });
  expect(placeOf(line, ["arguments", "a", 1])).toEqual({ line: 1, column: 51 });
  expect(placeOf(line, ["actor"])).toEqual({ line: 1, column: 1 });
});

test.each([
  ["driver said hello", 1],
  ["", 1],
  ['{"a":1', 7],
  ['{"a":1,}', 8],
  ['{"a" 1}', 6],
  ["[1 2]", 4],
  ["[tru]", 2],
  ['{"a":"b}', 6],
  ["[1] x", 5],
  ["{} {}", 4],
  ["[01]", 3],
])("%j ceases to be JSON in column %i", (text, column) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(brokenAt(text)).toEqual({ line: 1, column });
});
