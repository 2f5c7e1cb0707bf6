// cpu-cache.test.ts - bytes that the CPU wrote to an AGP page: in its cache until a flush, and then in memory.

import { describe, expect, test } from "vitest";
import { machine, machineOf, mfn, phys } from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { cpuTag } from "../../src/machine/cpu-cache.ts";
import type { Nature, State } from "../../src/machine/state.ts";
import { allocated, cpuFills, freed, type Happening, happens, pc, stateAfter } from "./happens.ts";

const PAGE = 0x50;
/** The CPU writes a page by its kernel-physical address, which on this PC is its frame as well. */
const fills = (page: number, tag: number): Happening =>
  ({ ...cpuFills(page, tag), phys: phys(page * 4096) }) as Happening;
const agp = allocated(PAGE, 4, "agp");
const wbinvd: Happening = { kind: "cache.flushed", instruction: "wbinvd" };
const flushed = (page: number, pages: number): Happening => ({
  kind: "cache.flushed",
  instruction: "flush_dcache_range",
  machine: machine(page * 4096),
  size: pages * 4096,
});

/** What memory has, and what the CPU reads, of consecutive frames. */
const inMemory = (state: State, first = PAGE, pages = 1) =>
  Array.from({ length: pages }, (_, i) => state.content.get(mfn(first + i)));
const byCpu = (state: State, page = PAGE) => cpuTag(state, mfn(page));

describe("what the CPU writes to an AGP page", () => {
  test("only the CPU sees until its cache is flushed", () => {
    const state = stateAfter(pc, agp, fills(PAGE, 7));
    expect(inMemory(state)).toEqual([undefined]);
    expect(byCpu(state)).toBe(7);
    happens(state, wbinvd);
    expect(inMemory(state)).toEqual([7]);
    expect(byCpu(state)).toBe(7);
    expect(state.unflushed.size).toBe(0);
  });

  test("hides from the CPU what memory has, and a device goes on to read that", () => {
    const state = stateAfter(pc, agp, fills(PAGE, 7), wbinvd, fills(PAGE, 8));
    expect(inMemory(state)).toEqual([7]);
    expect(byCpu(state)).toBe(8);
    expect(inMemory(happens(state, wbinvd))).toEqual([8]);
  });

  test("reaches memory at once where the page is mapped uncached", () => {
    const uncached: Happening = {
      kind: "attribute.changed",
      attribute: "uncached",
      phys: phys(PAGE * 4096),
      size: 4096,
    };
    const state = stateAfter(pc, agp, uncached, fills(PAGE, 7), fills(PAGE + 1, 8));
    expect(inMemory(state, PAGE, 2)).toEqual([7, undefined]);
  });

  test("reaches memory at once where the page is reserved and no more: that is no attribute of a cache", () => {
    const reserved: Happening = {
      kind: "attribute.changed",
      attribute: "reserved",
      phys: phys(PAGE * 4096),
      size: 4096,
    };
    expect(inMemory(stateAfter(pc, agp, reserved, fills(PAGE, 7)))).toEqual([undefined]);
  });

  test("reaches memory at once where the chipset asks the CPU's cache", () => {
    const snooping: Nature = { ...pc, chipset: { ...intel440bx, snoops: true } };
    expect(inMemory(stateAfter(snooping, agp, fills(PAGE, 7)))).toEqual([7]);
    const unknown: Nature = { ...pc, chipset: null };
    expect(inMemory(stateAfter(unknown, agp, fills(PAGE, 7)))).toEqual([undefined]);
  });
});

test.each(["gatt", "kernel", "block"] as const)(
  "what the CPU writes to a %s page is in memory at once: PCI snoops",
  (use) => {
    const state = stateAfter(pc, allocated(PAGE, 1, use), fills(PAGE, 7));
    expect(inMemory(state)).toEqual([7]);
    expect(byCpu(state)).toBe(7);
  },
);

test("what the CPU writes to nobody's page, or to one of no known address, is in memory at once", () => {
  expect(inMemory(stateAfter(pc, fills(PAGE, 7)))).toEqual([7]);
  expect(inMemory(stateAfter(pc, agp, cpuFills(PAGE, 7)))).toEqual([7]);
});

test("an address that nobody knows is not that of page 0", () => {
  const state = stateAfter(pc, allocated(0, 1, "agp"), fills(0, 7));
  happens(state, { ...freed(0, 1, "agp"), machine: null } as Happening);
  expect([inMemory(state, 0), byCpu(state, 0)]).toEqual([[undefined], 7]);
  happens(state, allocated(0, 1, "agp"), { ...fills(0, 8), phys: null } as Happening);
  expect(inMemory(state, 0)).toEqual([8]);
});

test("a write past the cache takes the place of what the cache still had of the frame", () => {
  const state = stateAfter(pc, agp, fills(PAGE, 7), fills(PAGE + 1, 8), cpuFills(PAGE, 9));
  expect(byCpu(state)).toBe(9);
  happens(state, wbinvd);
  expect(inMemory(state, PAGE, 2)).toEqual([9, 8]);
});

describe("a flush", () => {
  const four = [0, 1, 2, 3].map((i) => fills(PAGE + i, 10 + i));

  test("of a range moves its frames to memory, from the first to the last, and no others", () => {
    const state = stateAfter(pc, agp, ...four, flushed(PAGE + 1, 2));
    expect(inMemory(state, PAGE, 4)).toEqual([undefined, 11, 12, undefined]);
    expect([0, 1, 2, 3].map((i) => byCpu(state, PAGE + i))).toEqual([10, 11, 12, 13]);
    expect(state.unflushed.size).toBe(2);
  });

  test("of part of a page moves that page", () => {
    const line: Happening = {
      kind: "cache.flushed",
      instruction: "flush_dcache_range",
      machine: machine(PAGE * 4096 + 64),
      size: 32,
    };
    expect(inMemory(stateAfter(pc, agp, ...four, line), PAGE, 2)).toEqual([10, undefined]);
  });

  test("by wbinvd moves all of them", () => {
    expect(inMemory(stateAfter(pc, agp, ...four, wbinvd), PAGE, 4)).toEqual([10, 11, 12, 13]);
  });

  test.each([
    ["address", { size: 4096 }],
    ["size", { machine: machine(PAGE * 4096) }],
  ])("of no known %s is none, but by wbinvd, which goes by no range", (_, part) => {
    const state = stateAfter(pc, agp, ...four, {
      kind: "cache.flushed",
      instruction: "flush_dcache_range",
      ...part,
    });
    expect(state.unflushed.size).toBe(4);
    happens(state, { ...wbinvd, ...part } as Happening);
    expect(inMemory(state, PAGE, 4)).toEqual([10, 11, 12, 13]);
  });

  test("by mb is none: it orders writes and moves nothing", () => {
    const state = stateAfter(pc, agp, ...four, { kind: "cache.flushed", instruction: "mb" });
    expect(inMemory(state, PAGE, 4)).toEqual(Array(4).fill(undefined));
    expect(state.unflushed.size).toBe(4);
  });
});

describe("freeing a page", () => {
  const given = (pages: number) =>
    ({ ...freed(PAGE, pages, "agp"), machine: machineOf(mfn(PAGE)) }) as Happening;

  test("lets what the cache had of it reach memory, and of no other page", () => {
    const state = stateAfter(pc, agp, fills(PAGE, 7), fills(PAGE + 3, 8), given(2));
    expect(inMemory(state, PAGE, 4)).toEqual([7, undefined, undefined, undefined]);
    expect(byCpu(state, PAGE + 3)).toBe(8);
  });

  test("leaves the cache alone where nobody knows in which frame it was", () => {
    const state = stateAfter(pc, agp, fills(PAGE, 7), freed(PAGE, 4, "agp"));
    expect(inMemory(state)).toEqual([undefined]);
  });
});
