// range-alloc.test.ts - which entries of the DART's table are given out, of the 524288 that a G5 has.

import { describe, expect, test } from "vitest";
import { RangeAlloc } from "../../../src/platform/dma/range-alloc.ts";

/** The table as it is booted: the last entry is never given. */
function booted(): (order: number) => number | null {
  const ranges = new RangeAlloc(524288);
  ranges.mark(ranges.length - 1, 1, true);
  return (order) => ranges.take(2 ** order, 2 ** order, null);
}

describe("the DART", () => {
  test("gives its first page at bus address 0, and more than 15 pages from 0x60000000", () => {
    expect([0, 4, 0, 6].map(booted())).toEqual([0, 0x60000, 1, 0x60040]);
  });

  test("aligns coherent memory to its size", () => {
    expect([0, 3, 0].map(booted())).toEqual([0, 8, 16]);
  });

  test("goes on behind what it gave last, and comes back to what was freed only at the end", () => {
    const ranges = new RangeAlloc(524288);
    ranges.mark(ranges.length - 1, 1, true);
    const take = () => ranges.take(4096, 4096, null);
    const taken = Array.from({ length: 31 }, take);
    expect([taken[0], taken[30]]).toEqual([0x60000, 0x7e000]);
    ranges.mark(0x61000, 4096, false);
    // The last run of this size would end with the entry that is never given.
    expect(take()).toBe(0x61000);
    // Nothing is left above: the second half of the search is below.
    expect(take()).toBe(0);
  });

  test("says when it is full", () => {
    const take = booted();
    const all = Array.from({ length: 126 }, () => take(12));
    expect(all.every((first) => first !== null)).toBe(true);
    expect([take(12), take(12)].at(-1)).toBeNull();
  });
});
