// row-code.test.ts - the code that is made of a kind's fields holds an event to their ranges, and writes it column by column.

import { expect, test } from "vitest";
import { type Calls, type Cell, rowCode } from "../../src/event/row-code.ts";
import type { Event } from "../../src/event/vocabulary.ts";

const FAR = 1 << 9;
const calls: Calls = {
  families: 8,
  subjectOf: (handle) => Number(handle) * 8 + 5,
  putFar: (target, start, bus) => {
    target[start + 9] = Number(bus % 1000n);
    return FAR;
  },
};
const placed = (name: string, at: number) => ({ name, at, bit: 1 << at });
const ranged = { isNeeded: false, least: 2, most: 100 };
const eventOf = (fields: object) => fields as Event;
const places = { codeOf: (name: string) => name.length };

const size: Cell = { ...placed("size", 1), how: "number", ...ranged };
const needed: Cell = { ...placed("bus", 2), how: "bus", ...ranged, isNeeded: true };

test.each([
  [{ bus: 2 }, true],
  [{ bus: 2, size: null }, true],
  [{ bus: 2, size: 2 }, true],
  [{ bus: 2, size: 100 }, true],
  [{ bus: 2, size: 1 }, false],
  [{ bus: 2, size: 101 }, false],
  [{ bus: 2, size: 2.5 }, false],
  [{ bus: 2, size: "4" }, false],
  [{ bus: 2, size: Number.NaN }, false],
  [{ bus: 2n }, false],
  [{ bus: 1 }, false],
  [{ bus: null }, false],
  [{ size: 2 }, false],
])("of fields from 2 to 100, of which bus is needed, %o fits: %s", (fields, expected) => {
  expect(rowCode([size, needed], [], calls).fits(eventOf(fields))).toBe(expected);
});

test("a name and a function are held to no range", () => {
  const names: Cell = { ...placed("what", 3), how: "name", codes: new Map([["read", 1]]), unit: 1 };
  const place: Cell = { ...placed("place", 4), how: "function" };
  expect(rowCode([names, place], [], calls).fits(eventOf({}))).toBe(true);
});

/** What an event's code writes into ten columns from index 5 on, by column, and the bits that it gives. */
function written(code: ReturnType<typeof rowCode>, fields: object) {
  const target: (number | null)[] = Array(20).fill(null);
  const filled = code.encode(target, 5, eventOf(fields), places);
  const cells = target.flatMap((value, i) => (value === null ? [] : [[i - 5, value] as const]));
  return { filled, cells: Object.fromEntries(cells) };
}

test.each<[string, Cell, object, { filled: number; cells: object }]>([
  ["a number", size, { size: 7 }, { filled: 2, cells: { 1: 7 } }],
  ["nothing", size, { size: null }, { filled: 0, cells: {} }],
  ["a bus address", needed, { bus: 9 }, { filled: 4, cells: { 2: 9 } }],
  [
    "a bus address that no number holds",
    needed,
    { bus: 5_000_000_000_000_000_123n },
    { filled: 4 | FAR, cells: { 9: 123 } },
  ],
  [
    "a handle",
    { ...placed("handle", 3), how: "handle", ...ranged },
    { handle: 4 },
    { filled: 8, cells: { 3: 37 } },
  ],
  [
    "a subject of a family",
    { ...placed("index", 3), how: "subject", family: 6, ...ranged },
    { index: 4 },
    { filled: 8, cells: { 3: 38 } },
  ],
  [
    "a function",
    { ...placed("place", 4), how: "function" },
    { place: "map" },
    { filled: 16, cells: { 4: 3 } },
  ],
])("%s is written into its own column", (_, cell, fields, expected) => {
  expect(written(rowCode([cell], [], calls), fields)).toEqual(expected);
});

test("names are codes in the steps of their field, from one event to the next, and two can share a column", () => {
  const code = rowCode(
    [
      {
        ...placed("what", 3),
        how: "name",
        codes: new Map(Object.entries({ read: 1, wrote: 2 })),
        unit: 1,
      },
      { ...placed("where", 3), how: "name", codes: new Map([["table", 3]]), unit: 256 },
    ],
    [],
    calls,
  );
  expect(written(code, { what: "wrote" })).toEqual({ filled: 8, cells: { 3: 2 } });
  expect(written(code, { what: "read", where: "table" })).toEqual({ filled: 8, cells: { 3: 769 } });
  expect(written(code, { where: "table" })).toEqual({ filled: 8, cells: { 3: 768 } });
  expect(written(code, { what: "read" })).toEqual({ filled: 8, cells: { 3: 1 } });
});

test("an event of several fields gives the bits of all", () => {
  const code = rowCode([size, needed], [], calls);
  expect(written(code, { size: 3, bus: 4 })).toEqual({ filled: 6, cells: { 1: 3, 2: 4 } });
});

test.each([
  [["text"], { text: "" }, true],
  [["text"], { text: null }, false],
  [["text"], {}, false],
  [["name", "result"], { result: {} }, true],
  [[], { text: "" }, false],
])("of the fields %o outside the row %o says something: %s", (outside, fields, expected) => {
  expect(rowCode([], outside, calls).hasTexts(eventOf(fields))).toBe(expected);
});
