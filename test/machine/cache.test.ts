// cache.test.ts - page attributes, and cached tables that hardware sees only after a flush.

import { describe, expect, test } from "vitest";
import { aperture, hex, machine, phys } from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import type { attributes } from "../../src/event/cache.ts";
import { entriesOf, walk } from "../../src/machine/gart.ts";
import { RESERVED, type State, UNCACHED } from "../../src/machine/state.ts";
import {
  allocated,
  gattWritten,
  type Happening,
  happens,
  pc,
  registerSet,
  stateAfter,
} from "./happens.ts";

const changed = (
  attribute: (typeof attributes)[number],
  page: number,
  pages: number,
): Happening => ({
  kind: "attribute.changed",
  attribute,
  phys: phys(page * 4096),
  size: pages * 4096,
});
const flagsOf = (state: State) => [...state.flags.entries()];

describe("a page's attributes", () => {
  test("are set on each page of the range and on no other", () => {
    expect(flagsOf(stateAfter(pc, changed("reserved", 0x1230, 2)))).toEqual([
      [0x1230, RESERVED],
      [0x1231, RESERVED],
    ]);
  });

  test("do not touch each other: a reserved page stays so when it becomes uncached and cached again", () => {
    const state = stateAfter(pc, changed("reserved", 5, 1), changed("uncached", 5, 1));
    expect(flagsOf(state)).toEqual([[5, RESERVED | UNCACHED]]);
    expect(flagsOf(happens(state, changed("cached", 5, 1)))).toEqual([[5, RESERVED]]);
    expect(flagsOf(happens(state, changed("unreserved", 5, 1)))).toEqual([]);
  });

  test("are gone from a page where each was undone, and stay on its neighbour", () => {
    const state = stateAfter(pc, changed("uncached", 8, 3), changed("cached", 9, 1));
    expect(flagsOf(state).map(([page]) => page)).toEqual([8, 10]);
  });
});

test("attributes are the page's own: its neighbours' make no difference", () => {
  const state = stateAfter(pc, changed("reserved", 8, 1), changed("uncached", 9, 2));
  happens(state, changed("cached", 9, 2));
  expect(flagsOf(state)).toEqual([[8, RESERVED]]);
  happens(state, changed("reserved", 7, 3), changed("uncached", 8, 2));
  expect(flagsOf(state)).toEqual([
    [7, RESERVED],
    [8, RESERVED | UNCACHED],
    [9, RESERVED | UNCACHED],
  ]);
  happens(state, changed("unreserved", 8, 2), changed("cached", 8, 1));
  expect(flagsOf(state)).toEqual([
    [7, RESERVED],
    [9, UNCACHED],
  ]);
});

describe("a table that is mapped cached", () => {
  const cached = { physIsMachine: true, chipset: { ...intel440bx, cachedTable: true } };
  const table = [
    allocated(0x1230, 16, "gatt"),
    registerSet(0x10, 0xe0000008),
    registerSet(0xb8, 0x01230000),
  ];
  const flushed = (at: number, size: number): Happening => ({
    kind: "cache.flushed",
    instruction: "flush_dcache_range",
    machine: machine(at),
    size,
  });
  const reached = (state: State, page: number): string | null => {
    const at = walk(state, aperture(0xe0000000 + page * 4096))?.reached ?? null;
    return at === null ? null : hex(at);
  };

  test("shows a new entry to the CPU at once and to hardware after the flush of its line", () => {
    const state = stateAfter(cached, ...table, gattWritten(0x42, 0x0abcd017));
    expect([...entriesOf(state)][0x42]).toEqual([0x42, 0x0abcd017]);
    expect(reached(state, 0x42)).toBeNull();
    happens(state, flushed(0x01230108, 4));
    expect(reached(state, 0x42)).toBe("0xabcd000");
    expect(walk(state, aperture(0xe0042000))?.cause).toBe(4);
    expect([...entriesOf(state)][0x42]).toEqual([0x42, 0x0abcd017]);
  });

  test("shows hardware the old entry until then", () => {
    const state = stateAfter(cached, ...table, gattWritten(0x42, 0x0abcd017));
    happens(state, flushed(0x01230108, 4), gattWritten(0x42, 0x0777d017));
    expect(reached(state, 0x42)).toBe("0xabcd000");
    expect(reached(happens(state, flushed(0x01230000, 4096)), 0x42)).toBe("0x777d000");
  });

  test("is flushed in the range given and nowhere else", () => {
    const entries = [0x41, 0x42, 0x43, 0x44].map((entry) => gattWritten(entry, 0x0abcd017));
    const state = stateAfter(cached, ...table, ...entries, flushed(0x01230108, 8));
    const seen = [0x41, 0x42, 0x43, 0x44].map((page) => reached(state, page) !== null);
    expect(seen).toEqual([false, true, true, false]);
    expect(state.dirty.size).toBe(2);
  });

  test("is not flushed by a flush of no known address, nor by one of no known size", () => {
    const state = stateAfter(cached, allocated(0, 1, "gatt"), gattWritten(0x42, 0x0abcd017));
    const flush = flushed(0, 4096);
    happens(state, { ...flush, machine: null } as Happening, { ...flush, size: null } as Happening);
    expect([state.dirty.size, state.words.size]).toEqual([1, 0]);
  });

  test("needs no flush where it is mapped uncached, as the 440BX's is", () => {
    const state = stateAfter(pc, ...table, gattWritten(0x42, 0x0abcd017));
    expect(reached(state, 0x42)).toBe("0xabcd000");
    expect(state.dirty.size).toBe(0);
  });
});
