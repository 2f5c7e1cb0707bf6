// entry-bytes.test.ts - entries of a table as bytes: each as short as it can be, and read from wherever one begins.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Entries, LONGEST_ENTRY, writeEntries } from "../../src/store/entry-bytes.ts";

/** An index with its value, undefined for one that is gone. */
type Entry = readonly [index: number, value: number | undefined];

function bytesOf(entries: readonly Entry[]): Uint8Array {
  const target = new Uint8Array(entries.length * LONGEST_ENTRY);
  const end = writeEntries(target, 0, (visit) => {
    for (const [index, value] of entries) visit(index, value);
  });
  return target.slice(0, end);
}

function readAll(entries: Entries): Entry[] {
  const read: Entry[] = [];
  while (entries.next()) read.push([entries.index, entries.isGone ? undefined : entries.value]);
  return read;
}

const index = fc.oneof(
  fc.nat({ max: 300 }),
  fc.nat({ max: 2 ** 31 - 1 }),
  fc.constantFrom(2 ** 48 + 8, Number.MAX_SAFE_INTEGER),
);
const value = fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 2 ** 53 - 2 }));
const table = fc
  .uniqueArray(fc.tuple(index, fc.option(value, { nil: undefined })), { selector: ([at]) => at })
  .map((entries) => entries.sort(([a], [b]) => a - b));

describe("entries", () => {
  test("are read as they were written, from the first on and from any behind another", () => {
    fc.assert(
      fc.property(table, fc.nat(), (entries, nth) => {
        const bytes = bytesOf(entries);
        expect(readAll(new Entries(bytes, 0))).toEqual(entries);
        const before = new Entries(bytes, 0);
        const from = entries.length === 0 ? 0 : nth % entries.length;
        for (let i = 0; i < from; i++) before.next();
        const behind = new Entries(bytes, before.at, before.index, before.value);
        expect(readAll(behind)).toEqual(entries.slice(from));
      }),
    );
  });

  test("take a byte where index and value go on by one and nothing, and no more than they need", () => {
    const sizes = (entries: readonly Entry[]) => bytesOf(entries).length;
    expect(sizes([[0, 0]])).toBe(1);
    expect(sizes([[0, 5]])).toBe(2);
    const grows = (entry: Entry) => sizes([[10, 1000], entry]) - sizes([[10, 1000]]);
    expect(grows([11, 1000])).toBe(1);
    expect(grows([11, 1255])).toBe(2);
    expect(grows([11, 745])).toBe(2);
    expect(grows([11, 1256])).toBe(3);
    expect(grows([12, 1000])).toBe(2);
    expect(grows([265, 1000])).toBe(2);
    expect(grows([266, 1000])).toBe(3);
    expect(grows([65545, 1000])).toBe(3);
    expect(grows([65546, 1000])).toBe(8);
    expect(grows([11, undefined])).toBe(1);
    expect(grows([266, undefined])).toBe(3);
  });

  test("that are gone leave the value that the next one counts from", () => {
    const entries = [
      [1, 2 ** 40],
      [2, undefined],
      [3, 2 ** 40 + 1],
    ] as const;
    const bytes = bytesOf(entries);
    expect(bytes.length).toBe(2 + 6 + 1 + 2);
    expect(readAll(new Entries(bytes, 0))).toEqual(entries);
  });

  test("are none where the bytes end, or where index or value leave what a table holds", () => {
    expect(new Entries(new Uint8Array(0), 0).next()).toBe(false);
    expect(new Entries(bytesOf([[0, 0]]), 1).next()).toBe(false);
    const isOne = (entry: Entry, index: number, value: number) =>
      new Entries(bytesOf([entry]), 0, index, value).next();
    expect(isOne([0, 0], Number.MAX_SAFE_INTEGER - 1, 0)).toBe(true);
    expect(isOne([0, 0], Number.MAX_SAFE_INTEGER, 0)).toBe(false);
    expect(isOne([0, 1], 0, Number.MAX_SAFE_INTEGER - 2)).toBe(true);
    expect(isOne([0, 1], 0, Number.MAX_SAFE_INTEGER - 1)).toBe(false);
    // A step of 5 below, with nothing to step down from.
    const down = bytesOf([
      [0, 5],
      [1, 0],
    ]).subarray(2);
    expect(new Entries(down, 0, 0, 5).next()).toBe(true);
    expect(new Entries(down, 0, 0, 4).next()).toBe(false);
  });
});
