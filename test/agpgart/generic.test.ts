// generic.test.ts - allocating, binding and freeing, with the habits of the real driver.

import { describe, expect, test } from "vitest";
import type { Event } from "../../src/event/vocabulary.ts";
import {
  alloc,
  bind,
  cleanup,
  driverRun,
  ENTRIES,
  failAfter,
  free,
  unbind,
} from "../driver-run.ts";

const native = (...ops: object[]) => driverRun("native-i386 legacy", ...ops);
const kinds = (events: readonly Event[]) => events.map(({ kind }) => kind);
const entries = (events: readonly Event[]) =>
  events.flatMap((event) =>
    event.kind === "gatt.written" || event.kind === "gatt.read"
      ? [`${event.kind.slice("gatt.".length)} ${event.entry}`]
      : [],
  );

describe("bind", () => {
  test("writes each entry and reads it back, in ascending order, then empties the graphics TLB", () => {
    const run = native(alloc(0, 2), bind(0, 5));
    expect(entries(run.events(1))).toEqual([
      ...["read 5", "read 6"], // is it free?
      ...["written 5", "read 5", "written 6", "read 6"],
    ]);
    expect(run.of(1, "tlb.flushed")).toMatchObject([{ which: "gart", actor: "chipset" }]);
    const told = kinds(run.events(1));
    expect(told.indexOf("tlb.flushed")).toBeGreaterThan(told.lastIndexOf("gatt.written"));
  });

  test("puts the page's address with the bits 0x17 into its entry", () => {
    const words = native(alloc(0, 2), bind(0, 0))
      .of(1, "gatt.written")
      .map(({ word }) => word);
    expect(words).toEqual([0x1001017, 0x1002017]);
  });

  test("flushes the CPU cache before it checks anything: one that fails has flushed, the next does not", () => {
    const run = native(alloc(0, 4), bind(0, ENTRIES - 3), bind(0, 0));
    expect([run.ret(1), run.ret(2)]).toEqual([-22, 0]);
    expect(kinds(run.events(1))).toEqual(["cache.flushed"]);
    expect(run.of(2, "cache.flushed")).toEqual([]);
  });

  test("never flushes a block again: not when it is bound anew after unbind", () => {
    const run = native(alloc(0, 1), bind(0, 0), unbind(0), bind(0, 0));
    expect([1, 3].map((place) => run.of(place, "cache.flushed").length)).toEqual([1, 0]);
  });

  test("refuses nothing at all, and what is bound already, before it flushes", () => {
    const run = native(bind(0, 0), alloc(0, 1), bind(0, 0), bind(0, 8));
    expect([run.ret(0), run.ret(3)]).toEqual([-22, -22]);
    expect(run.events(0)).toEqual([]);
    expect(run.events(3)).toMatchObject([{ text: "agpgart: memory  is already bound!" }]);
  });

  test("stops at the first used entry, which it reads twice, and writes nothing", () => {
    const run = native(alloc(0, 1), bind(0, 4), alloc(1, 8), bind(1, 2));
    expect(run.ret(3)).toBe(-16);
    expect(entries(run.events(3))).toEqual(["read 2", "read 3", "read 4", "read 4"]);
  });

  test("fits up to the last entry and not beyond", () => {
    const run = native(
      alloc(0, 4),
      bind(0, ENTRIES - 4),
      unbind(0),
      bind(0, ENTRIES),
      bind(0, 100000),
    );
    expect([1, 3, 4].map((place) => run.ret(place))).toEqual([0, -22, -22]);
  });

  test("below zero wraps past the checks, writes before the table, and oopses on the guard page", () => {
    const run = native(alloc(0, 4), bind(0, -1), bind(0, -5), alloc(1, 1));
    expect(run.ret(1)).toBe("oops");
    expect(run.events(1).slice(1)).toMatchObject([
      { kind: "fault.raised", fault: "oops", virt: 0xd07ffffc, place: "agp_generic_insert_memory" },
    ]);
    expect(run.ret(2)).toBe(-22);
    expect(run.ret(3)).toBe("memory");
  });
});

describe("unbind", () => {
  test("writes zeroes, flushes the CPU cache, empties the graphics TLB", () => {
    const run = native(alloc(0, 2), bind(0, 3), unbind(0));
    expect(run.of(2, "gatt.written").map(({ entry, word }) => [entry, word])).toEqual([
      [3, 0],
      [4, 0],
    ]);
    expect(kinds(run.events(2)).slice(4)).toEqual([
      "cache.flushed",
      ...["register.written", "tlb.flushed", "register.written"],
    ]);
  });

  test("changes nothing of the count of memory, and is refused a second time", () => {
    const run = native(alloc(0, 2), bind(0, 3), unbind(0), unbind(0), unbind(7));
    expect(run.result(2)).toEqual({ slot: 0, ret: 0, current_memory: 2, in_use: 0 });
    expect([run.ret(3), run.ret(4)]).toEqual([-22, -22]);
    expect(run.events(3)).toMatchObject([{ text: "agpgart: memory  was not bound!" }]);
  });
});

describe("alloc", () => {
  test("flushes the CPU TLB after every page, and once more for the block; free once a page", () => {
    const run = native(alloc(0, 3), free(0));
    expect(run.of(0, "tlb.flushed")).toHaveLength(3 + 1);
    expect(run.of(1, "tlb.flushed")).toHaveLength(3);
  });

  test("gives the lowest free key", () => {
    const run = native(alloc(0, 1), alloc(1, 1), free(0), alloc(2, 1), alloc(3, 1));
    expect([0, 1, 3, 4].map((place) => run.result(place).key)).toEqual([0, 1, 0, 2]);
  });

  test("gives nothing for no pages, for a type of other chipsets, or for 2^32-1 pages", () => {
    const run = native(alloc(0, 0), alloc(0, 4, 1), alloc(0, -1), alloc(1, 1), alloc(0, -1));
    for (const place of [0, 1, 2, 4]) {
      expect(run.ret(place)).toBeNull();
      expect(run.events(place)).toEqual([]);
    }
  });

  test("gives up to the limit: what is allocated counts, one page more does not even try", () => {
    // No page can be had, so that an allocation within the limit shows by asking for one.
    const run = native(alloc(0, 4), failAfter(0), alloc(1, 52221), alloc(1, 52220));
    expect(run.events(2)).toEqual([]);
    expect(run.events(3)).toMatchObject([{ kind: "fault.raised", fault: "no-memory" }]);
  });

  test("gives nothing when the first page cannot be had, and takes no key", () => {
    const run = native(failAfter(0), alloc(0, 4), failAfter(-1), alloc(0, 1));
    expect(run.result(1)).toMatchObject({ ret: null, current_memory: 0 });
    expect(run.result(3)).toMatchObject({ ret: "memory", key: 0 });
  });

  test("oopses when a later page cannot be had: the pages and the key stay lost", () => {
    const run = native(failAfter(2), alloc(0, 4), failAfter(-1), alloc(0, 1));
    expect(run.result(1)).toEqual({ ret: "oops" });
    expect(kinds(run.events(1)).slice(-2)).toEqual(["fault.raised", "fault.raised"]);
    expect(run.events(1).at(-1)).toMatchObject({
      fault: "oops",
      virt: 4,
      place: "agp_free_memory",
    });
    expect(run.result(3)).toMatchObject({ key: 1, current_memory: 3, memory: ["0x1003000"] });
  });
});

describe("a block that outlives its bridge", () => {
  const run = native(alloc(0, 1), alloc(1, 1), bind(1, 0), cleanup, bind(0, 0), unbind(1), free(0));

  test("is bound and unbound through a pointer to nothing", () => {
    for (const place of [4, 5]) {
      expect(run.ret(place)).toBe("oops");
      expect(run.events(place).at(-1)).toMatchObject({ fault: "oops", virt: 0 });
    }
  });

  test("is freed as ever", () => {
    expect(run.of(6, "page.freed")).toHaveLength(1);
  });
});

describe("free", () => {
  test("unbinds first, then frees the pages in order; the next block gets them in reverse", () => {
    const run = native(alloc(0, 3), bind(0, 0), free(0), alloc(1, 3));
    const told = kinds(run.events(2));
    expect(told.lastIndexOf("gatt.written")).toBeLessThan(told.indexOf("page.freed"));
    expect(run.of(2, "page.freed").map(({ allocation }) => allocation)).toEqual([
      0x1001, 0x1002, 0x1003,
    ]);
    expect(run.result(3).memory).toEqual(["0x1003000", "0x1002000", "0x1001000"]);
  });

  test("of nothing does nothing", () => {
    expect(native(free(3)).events(0)).toEqual([]);
  });
});

test("the table is filled with zeroes, each read back, before the chipset is told of it", () => {
  const events = native().events(-1);
  expect(entries(events)).toEqual(
    Array.from({ length: ENTRIES }, (_, i) => [`written ${i}`, `read ${i}`]).flat(),
  );
  const told = kinds(events);
  expect(told.lastIndexOf("gatt.read")).toBeLessThan(told.indexOf("register.written"));
});

test("unloading unmaps the table, makes its page ordinary again and frees it", () => {
  const told = kinds(native(cleanup).events(0));
  expect(told.slice(told.indexOf("table.remapped"), -1)).toEqual([
    ...["table.remapped", "attribute.changed", "tlb.flushed"],
    ...["attribute.changed", "page.freed"],
  ]);
});
