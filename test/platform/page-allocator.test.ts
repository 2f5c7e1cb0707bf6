// page-allocator.test.ts - which pages an allocation gets, by the rules of the reference recordings.

import { describe, expect, test } from "vitest";
import { pfn } from "../../src/address.ts";
import { PageAllocator } from "../../src/platform/page-allocator.ts";

const ram = { first: pfn(0), pages: 0x40, bump: pfn(0x10) };

describe("fresh pages", () => {
  test("come upward from where the kernel's own end", () => {
    const pages = new PageAllocator(ram);
    expect([pages.take(0), pages.take(0), pages.take(0)]).toEqual([0x10, 0x11, 0x12]);
  });

  test("start at a multiple of the block's size; the pages skipped are lost", () => {
    const pages = new PageAllocator(ram);
    expect(pages.take(0)).toBe(0x10);
    expect(pages.take(2)).toBe(0x14);
    expect(pages.take(0)).toBe(0x18);
    expect(pages.take(3)).toBe(0x20);
  });

  test("end with the RAM, and a smaller block may still fit", () => {
    const pages = new PageAllocator({ ...ram, first: pfn(0x10), pages: 0xa });
    expect(pages.take(3)).toBe(0x10);
    expect(pages.take(3)).toBeNull();
    expect([pages.take(0), pages.take(0), pages.take(0)]).toEqual([0x18, 0x19, null]);
  });
});

describe("freed pages", () => {
  test("are given again, the last one first", () => {
    const pages = new PageAllocator(ram);
    const taken = [pages.take(0)!, pages.take(0)!, pages.take(0)!];
    for (const page of taken) pages.give(page, 0);
    expect([pages.take(0), pages.take(0), pages.take(0)]).toEqual(taken.toReversed());
    expect(pages.take(0)).toBe(0x13);
  });

  test("serve their own order alone: no block is split, none are merged", () => {
    const pages = new PageAllocator(ram);
    pages.give(pages.take(1)!, 1);
    expect(pages.take(0)).toBe(0x12);
    pages.give(pfn(0x12), 0);
    pages.give(pfn(0x13), 0);
    expect(pages.take(1)).toBe(0x10);
    expect(pages.take(1)).toBe(0x14);
  });
});

describe("a workload lets allocations fail", () => {
  test("above an order, whatever is free", () => {
    const pages = new PageAllocator(ram);
    pages.give(pages.take(2)!, 2);
    pages.maxOrder = 1;
    expect([pages.take(2), pages.take(1)]).toEqual([null, 0x14]);
    pages.maxOrder = -1;
    expect(pages.take(0)).toBeNull();
  });

  test("after so many more; one that fails does not count", () => {
    const pages = new PageAllocator(ram);
    pages.remaining = 2;
    pages.maxOrder = 0;
    expect([pages.take(1), pages.take(0), pages.take(0), pages.take(0)]).toEqual([
      null,
      0x10,
      0x11,
      null,
    ]);
    pages.give(pfn(0x10), 0);
    expect(pages.take(0)).toBeNull();
    pages.remaining = Number.POSITIVE_INFINITY;
    expect(pages.take(0)).toBe(0x10);
  });
});
