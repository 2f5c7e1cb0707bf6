// iommu.test.ts - which bus pages an IOMMU gives out: the DART's, and the reference recordings' plain order.

import { describe, expect, test } from "vitest";
import { busPage } from "../../src/address.ts";
import { dart, upwards } from "../../src/platform/iommu.ts";

/** What coherent memory of an order wants. */
const ordered = (order: number) => ({ pages: 2 ** order, align: 2 ** order });

test("the plain order goes upwards from 0x80000000 and uses nothing twice", () => {
  const handles = upwards.handles();
  const first = handles.take(ordered(4))!;
  handles.give(first, 16);
  expect([first, handles.take(ordered(0)), handles.take(ordered(0))]).toEqual([
    0x80000, 0x80010, 0x80011,
  ]);
});

describe("the DART", () => {
  test("gives its first page at bus address 0, and more than 15 pages from 0x60000000", () => {
    const handles = dart.handles();
    expect([0, 4, 0, 6].map((order) => handles.take(ordered(order)))).toEqual([
      0, 0x60000, 1, 0x60040,
    ]);
  });

  test("aligns coherent memory to its size", () => {
    const handles = dart.handles();
    expect([0, 3, 0].map((order) => handles.take(ordered(order)))).toEqual([0, 8, 16]);
  });

  test("goes on behind what it gave last, and comes back to what was freed only at the end", () => {
    const handles = dart.handles();
    const taken = Array.from({ length: 31 }, () => handles.take(ordered(12)));
    expect([taken[0], taken[30]]).toEqual([0x60000, 0x7e000]);
    handles.give(busPage(0x61000), 4096);
    // The last entry is never given, so that the last run of this size does not fit.
    expect(handles.take(ordered(12))).toBe(0x61000);
    // Nothing is left above: the second half of the search is below.
    expect(handles.take(ordered(12))).toBe(0);
  });

  test("refuses more than order 12, and says when it is full", () => {
    const handles = dart.handles();
    expect(handles.take(ordered(13))).toBeNull();
    const all = Array.from({ length: 126 }, () => handles.take(ordered(12)));
    expect(all.every((first) => first !== null)).toBe(true);
    expect([handles.take(ordered(12)), handles.take(ordered(12))].at(-1)).toBeNull();
  });
});
