// dma-table.test.ts - the buffers mapped for devices: each by its handle and its device, and a range of them in order.

import { describe, expect, test } from "vitest";
import { bus } from "../../src/address.ts";
import { DmaTable } from "../../src/machine/dma-table.ts";

const table = (...mappings: [handle: number, bytes: number][]) => {
  const made = new DmaTable();
  for (const [handle, bytes] of mappings) made.set({ handle: bus(handle), device: null, bytes });
  return made;
};

describe("from one handle to another", () => {
  // Three in one page, and one in the next.
  const made = table([0x5000, 1], [0x5040, 2], [0x5080, 3], [0x6040, 4]);

  test.each([
    [0, 0xffff, [1, 2, 3, 4]],
    [0x5000, 0x6040, [1, 2, 3, 4]],
    [0x5001, 0x603f, [2, 3]],
    [0x5040, 0x5040, [2]],
    [0x5041, 0x507f, []],
    [0x6040, 0x6040, [4]],
    [0x6041, 0x7000, []],
  ])("%i to %i lie these mappings and no others", (low, high, bytes) => {
    const found = [...made.entries(bus(low), bus(high))].map((mapping) => mapping.bytes);
    expect(found.sort()).toEqual(bytes);
  });
});

test("a handle is its page and its place there: another page has nothing at the same place", () => {
  const made = table([0x5040, 1], [0x6040, 2]);
  expect([0x5040, 0x6040, 0x7040].map((at) => made.get(bus(at), null))).toEqual([1, 2, undefined]);
});

test("one mapping made and ended over and over takes the room of one, and at the end none is there", () => {
  const made = table();
  for (let i = 0; i < 10; i++) {
    made.set({ handle: bus(0x5040), device: null, bytes: i });
    expect(made.get(bus(0x5040), null)).toBe(i);
    made.delete(bus(0x5040), null);
    expect([made.size, made.tables.first.size]).toEqual([0, 0]);
  }
  expect(made.tables.next.size).toBe(1);
});
