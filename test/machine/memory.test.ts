// memory.test.ts - who owns which page, and what becomes of the table when its pages are freed.

import { describe, expect, test } from "vitest";
import { pfn, phys } from "../../src/address.ts";
import { uses } from "../../src/event/memory.ts";
import { entriesOf } from "../../src/machine/gart.ts";
import { allocatedAt } from "../../src/machine/memory.ts";
import type { State } from "../../src/machine/state.ts";
import {
  allocated,
  dom0,
  freed,
  gattWritten,
  happens,
  p2mCleared,
  p2mSet,
  pc,
  stateAfter,
} from "./happens.ts";

describe("an allocation", () => {
  test("owns each of its pages and no other", () => {
    const state = stateAfter(pc, allocated(0x1230, 16, "gatt"), allocated(0x1240, 1, "agp"));
    const gatt = { first: 0x1230, pages: 16, use: uses.indexOf("gatt") };
    expect(state.allocationOf(pfn(0x1230))).toEqual(gatt);
    expect(state.allocationOf(pfn(0x123f))).toEqual(gatt);
    expect(state.allocationOf(pfn(0x1240))).toEqual({
      first: 0x1240,
      pages: 1,
      use: uses.indexOf("agp"),
    });
    expect(state.allocationOf(pfn(0x122f))).toBeNull();
    expect(state.allocationOf(pfn(0x1241))).toBeNull();
  });

  test("is remembered with the event that made it, for each of its pages", () => {
    const state = stateAfter(pc, allocated(8, 1, "agp"), allocated(0x1230, 16, "gatt"));
    expect(allocatedAt(state, phys(0x8fff))).toBe(1);
    expect(allocatedAt(state, phys(0x123f000))).toBe(2);
    expect(allocatedAt(state, phys(0x9000))).toBeNull();
  });

  test("that is freed owns nothing, and its neighbours keep theirs", () => {
    const state = stateAfter(
      pc,
      allocated(16, 4, "agp"),
      allocated(20, 4, "agp"),
      freed(16, 4, "agp"),
    );
    expect(state.allocationOf(pfn(19))).toBeNull();
    expect(allocatedAt(state, phys(16 * 4096))).toBeNull();
    expect(state.allocationOf(pfn(20))?.pages).toBe(4);
    expect([state.allocation.size, state.extent.size, state.allocated.size]).toEqual([4, 1, 1]);
  });

  test("made again where another was is a new one", () => {
    const state = stateAfter(pc, allocated(16, 4, "gatt"), freed(16, 4, "gatt"));
    happens(state, allocated(17, 1, "scratch"));
    expect(state.allocationOf(pfn(17))).toEqual({
      first: 17,
      pages: 1,
      use: uses.indexOf("scratch"),
    });
    expect(allocatedAt(state, phys(17 * 4096))).toBe(3);
  });
});

describe("the table's entries", () => {
  const written = [allocated(0x1230, 16, "gatt"), gattWritten(0x42, 0xabcd017)];

  test("are gone when its pages are freed", () => {
    const state = stateAfter(pc, ...written);
    expect([...entriesOf(state)]).toHaveLength(16 * 1024);
    happens(state, freed(0x1230, 16, "gatt"));
    expect([...entriesOf(state)]).toEqual([]);
  });

  test("are gone when it is freed page by page, at the last one", () => {
    const state = stateAfter(pc, allocated(8, 1, "gatt"), allocated(9, 1, "gatt"));
    happens(state, freed(8, 1, "gatt"), gattWritten(1024, 0xabcd017));
    expect([...entriesOf(state)][1024]).toEqual([1024, 0xabcd017]);
    happens(state, freed(9, 1, "gatt"));
    expect([...entriesOf(state)]).toEqual([]);
  });

  test("stay when any other page is freed", () => {
    const state = stateAfter(pc, allocated(8, 1, "agp"), ...written, freed(8, 1, "agp"));
    expect([...entriesOf(state)][0x42]).toEqual([0x42, 0xabcd017]);
  });

  test("written while there is no table go nowhere", () => {
    const state = stateAfter(pc, gattWritten(0x42, 0xabcd017), allocated(0x1230, 16, "gatt"));
    expect([...entriesOf(state)][0x42]).toEqual([0x42, 0]);
    expect(state.words.size).toBe(0);
  });

  test("are in the frames of its pages that are known; a page of unknown frame is none of it", () => {
    const state = stateAfter(dom0, p2mSet(0x1231, 0x777), allocated(0x1230, 2, "gatt"));
    expect(state.table.size).toBe(1);
    happens(state, gattWritten(0, 5));
    expect([...state.words.entries()]).toEqual([[0x777 * 1024, 5]]);
  });

  test("stay when pages before and behind it are freed", () => {
    const state = stateAfter(
      pc,
      ...written,
      allocated(0x122f, 1, "gatt"),
      allocated(0x1240, 1, "gatt"),
    );
    happens(state, freed(0x122f, 1, "gatt"), freed(0x1240, 1, "gatt"));
    expect([...entriesOf(state)][0x42]).toEqual([0x42, 0xabcd017]);
  });

  test.each(["agp", "scratch", "kernel", "block"] as const)("are in no page for %s", (use) => {
    const state = stateAfter(pc, allocated(9, 1, use));
    expect([state.table.size, state.directory.size, state.scratchDirectory.size]).toEqual([
      0, 0, 0,
    ]);
  });

  test("of each directory are in its own pages", () => {
    const state = stateAfter(
      pc,
      allocated(8, 1, "directory"),
      allocated(9, 2, "scratch-directory"),
    );
    expect([state.table.size, state.directory.size, state.scratchDirectory.size]).toEqual([
      0, 1, 2,
    ]);
  });
});

describe("what the words of a freed table were", () => {
  const wordsOf = (state: State): number[] => [...state.words].map(([, word]) => word);

  test("stays in memory until its page is allocated again: then nobody knows", () => {
    const table = [allocated(9, 2, "gatt"), gattWritten(0, 7), gattWritten(1024, 8)];
    const state = stateAfter(pc, ...table, freed(9, 2, "gatt"));
    expect(wordsOf(state)).toEqual([7, 8]);
    expect(wordsOf(happens(state, allocated(9, 1, "agp")))).toEqual([8]);
    expect(state.written.size).toBe(1);
  });

  test("is unknown once its frame has gone back to the hypervisor, whoever gets it", () => {
    const table = [p2mSet(9, 0x40), allocated(9, 1, "gatt"), gattWritten(3, 7)];
    const state = stateAfter(dom0, ...table, freed(9, 1, "gatt"));
    expect(wordsOf(state)).toEqual([7]);
    expect(wordsOf(happens(state, p2mCleared(9, 0x40), p2mSet(5, 0x40)))).toEqual([]);
  });
});
