// linear.test.ts - how far the kernel's linear addresses are from the physical ones, and who says so.

import { expect, test } from "vitest";
import { linearOffset } from "../../src/replay/linear.ts";
import { traceOf } from "./handmade.ts";

const page = { kind: "page.allocated", by: "alloc_page", use: "agp", allocation: 1, size: 4096 };
const shown = { ...page, virt: 0xc0001000, phys: 0x1000 };

test("a captured kernel says it itself, and its virt base comes off", () => {
  const about = { options: { pageOffset: "0xffff888000000000" }, virtBase: 0xffff800000000000n };
  expect(linearOffset(traceOf([shown], about))).toBe(0x880_0000_0000);
});

test("otherwise the first page shows it that has both addresses", () => {
  const later = { ...shown, virt: 0xd0001000 };
  const halves = [
    { ...page, virt: 0xe0000000 },
    { ...page, phys: 0x5000 },
  ];
  const freed = { ...later, kind: "page.freed" };
  expect(linearOffset(traceOf([freed, ...halves, shown, later]))).toBe(0xc0000000);
});

test("where nothing tells it is not known", () => {
  expect(linearOffset(traceOf([]))).toBe(null);
  expect(linearOffset(traceOf([{ ...page, virt: 0xe0000000 }]))).toBe(null);
});
