// memory.test.ts - who owns which page, and what becomes of the table when its pages are freed.

import { describe, expect, test } from "vitest";
import { phys } from "../../src/address.ts";
import { uses } from "../../src/event/memory.ts";
import { allocatedAt } from "../../src/machine/memory.ts";
import { stateAfter, bare, type Happening, happens } from "./happens.ts";

const run = (
  kind: "page.allocated" | "page.freed",
  allocation: number,
  pages: number,
  use: (typeof uses)[number],
): Happening => ({ kind, allocation, by: "__get_free_pages", use, size: pages * 4096 });
const allocated = run.bind(null, "page.allocated");
const freed = run.bind(null, "page.freed");
const entry = (index: number, word: number): Happening => ({
  kind: "gatt.written",
  entry: index,
  word,
});

describe("an allocation", () => {
  test("owns each of its pages and no other", () => {
    const state = stateAfter(bare, allocated(0x1230, 16, "gatt"), allocated(0x1240, 1, "agp"));
    const gatt = { first: 0x1230, pages: 16, use: uses.indexOf("gatt") };
    expect(state.allocationOf(0x1230)).toEqual(gatt);
    expect(state.allocationOf(0x123f)).toEqual(gatt);
    expect(state.allocationOf(0x1240)).toEqual({
      first: 0x1240,
      pages: 1,
      use: uses.indexOf("agp"),
    });
    expect(state.allocationOf(0x122f)).toBeNull();
    expect(state.allocationOf(0x1241)).toBeNull();
  });

  test("is remembered with the event that made it, for each of its pages", () => {
    const state = stateAfter(bare, allocated(8, 1, "agp"), allocated(0x1230, 16, "gatt"));
    expect(allocatedAt(state, phys(0x8fff))).toBe(1);
    expect(allocatedAt(state, phys(0x123f000))).toBe(2);
    expect(allocatedAt(state, phys(0x9000))).toBeNull();
  });

  test("that is freed owns nothing, and its neighbours keep theirs", () => {
    const state = stateAfter(
      bare,
      allocated(16, 4, "agp"),
      allocated(20, 4, "agp"),
      freed(16, 4, "agp"),
    );
    expect(state.allocationOf(19)).toBeNull();
    expect(allocatedAt(state, phys(16 * 4096))).toBeNull();
    expect(state.allocationOf(20)?.pages).toBe(4);
    expect([state.allocation.size, state.extent.size, state.allocated.size]).toEqual([4, 1, 1]);
  });

  test("made again where another was is a new one", () => {
    const state = stateAfter(bare, allocated(16, 4, "gatt"), freed(16, 4, "gatt"));
    happens(state, allocated(17, 1, "scratch"));
    expect(state.allocationOf(17)).toEqual({ first: 17, pages: 1, use: uses.indexOf("scratch") });
    expect(allocatedAt(state, phys(17 * 4096))).toBe(3);
  });
});

describe("the table's entries", () => {
  const table = allocated(0x1230, 16, "gatt");

  test("are gone when its pages are freed", () => {
    const state = stateAfter(bare, table, entry(0x42, 0xabcd017), freed(0x1230, 16, "gatt"));
    expect([state.gatt.size, state.gattWritten.size]).toEqual([0, 0]);
  });

  test("stay when any other page is freed", () => {
    const state = stateAfter(bare, table, allocated(8, 1, "agp"), entry(0x42, 0xabcd017));
    happens(state, freed(8, 1, "agp"));
    expect(state.gatt.get(0x42)).toBe(0xabcd017);
    expect(state.gattWritten.get(0x42)).toBe(3);
  });
});
