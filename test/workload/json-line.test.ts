// json-line.test.ts - a complaint about a value names the line in which it begins.

import { expect, test } from "vitest";
import { lineOf } from "../../src/workload/json-line.ts";

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
  expect(lineOf(text, path)).toBe(line);
});

test("of what is not there, the line of what should have it", () => {
  expect(lineOf(text, ["ops", 1, "pfn"])).toBe(4);
  expect(lineOf(text, ["ops", 9])).toBe(2);
});
