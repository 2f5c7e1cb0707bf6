// p2m-table.test.ts - the frames of a domain's pages, in whatever order a dump has them, a number or a refusal each.

import { expect, test } from "vitest";
import { mfn, pfn } from "../../../../src/address.ts";
import { P2mTable, type PageRange } from "../../../../src/exchange/import/kernel/p2m-table.ts";

const range = (
  first: number,
  count: number,
  frame: number,
  step: PageRange["step"] = 1,
): PageRange => ({ first, count, frame, step });

function tableOf(ranges: readonly PageRange[]): P2mTable {
  const table = new P2mTable();
  for (const one of ranges) table.add(one);
  table.end();
  return table;
}

test.each([
  ["in their order", [range(0, 2, 0x50), range(2, 2, 0x100), range(8, 1, 7)]],
  ["in another order", [range(8, 1, 7), range(2, 2, 0x100), range(0, 2, 0x50)]],
])("ranges %s give the frames of their pages and of no other", (_, ranges) => {
  const table = tableOf(ranges);
  const frames = Array.from({ length: 10 }, (_, page) => table.frameOf(pfn(page)));
  const none = [null, null, null, null];
  expect(frames).toEqual(
    [0x50, 0x51, 0x100, 0x101].map(mfn).concat(none as never, mfn(7), null as never),
  );
});

test("frames go up, go down or stay, and have up to 40 bits", () => {
  const high = 2 ** 39 + 5;
  const table = tableOf([range(0, 3, high), range(3, 3, high, -1), range(6, 3, high, 0)]);
  const frames = Array.from({ length: 9 }, (_, page) => table.frameOf(pfn(page)));
  expect(frames).toEqual([0, 1, 2, 0, -1, -2, 0, 0, 0].map((by) => mfn(high + by)));
});

test("a line that goes on where the last one ended is part of its range", () => {
  const table = tableOf(Array.from({ length: 1000 }, (_, page) => range(page, 1, 500 + page)));
  expect([0, 999, 1000].map((page) => table.frameOf(pfn(page)))).toEqual([
    mfn(500),
    mfn(1499),
    null,
  ]);
});

test("a table has more ranges than fit one piece of it", () => {
  const table = tableOf(Array.from({ length: 70_000 }, (_, i) => range(2 * i, 1, 3 * i)));
  expect([0, 1, 131_070, 139_998].map((page) => table.frameOf(pfn(page)))).toEqual([
    mfn(0),
    null,
    mfn(196_605),
    mfn(209_997),
  ]);
});

test.each([
  range(0, 0, 5),
  range(2 ** 32 - 1, 1, 5),
  range(Number.NaN, 1, 5),
  range(0, 1, 2 ** 40),
  range(0, 2, 2 ** 40 - 1),
  range(0, 3, 1, -1),
])("no page or no frame: %o", (one) => {
  expect(P2mTable.refusal(one)).toMatch(/^(pages|frames) from 0 to \d+ are known$/);
});
