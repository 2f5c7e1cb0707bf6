// classes.test.ts - each class of pairs alone, and what would fool a comparison of numbers or of names.

import { describe, expect, test } from "vitest";
import { bus, gattIndex, machine, raw } from "../../src/address.ts";
import { chipsetCalled } from "../../src/chipset/index.ts";
import type { PairClass } from "../../src/diff/compare.ts";
import { compare } from "../../src/diff/diff.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { alloc, bind, init, maxOrder, unbind } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { altered, placeOf, saying } from "./altered.ts";

const workload = workloadOf(maxOrder(1), init, alloc(0, 3), bind(0, 2), unbind(0));
const run = (words: string): Trace => recorded(setupOf(words, { workload }));
const xen = run("xen-i386 gart");

/** The U3 knows one size of table: its order must not be refused. */
const g5 = (words: string): Trace =>
  recorded(
    setupOf(words, {
      workload: workloadOf(init, alloc(0, 3), bind(0, 2), unbind(0)),
      chipset: chipsetCalled("u3")!,
    }),
  );

/** The classes that are there beside `same`, with how many pairs of each. */
function classesOf(a: Trace, b: Trace): { [name in PairClass]?: number } {
  const { counts } = compare(a, b);
  return Object.fromEntries(
    Object.entries(counts).filter(([name, count]) => name !== "same" && count > 0),
  );
}

const isEntry =
  (entry: number) =>
  (event: Event): event is Of<"gatt.written"> =>
    event.kind === "gatt.written" && event.entry === gattIndex(entry) && event.bus != null;
const entryOf = (trace: Trace, entry: number): Of<"gatt.written"> =>
  [...trace.events()].map(({ event }) => event).find(isEntry(entry))!;
const isFlush = (event: Event): boolean => event.kind === "cache.flushed";

/** The trace whose entry names this address. */
const naming = (address: number, where: Partial<Event> = {}): Trace =>
  saying(xen, isEntry(3), {
    word: address + 0x17,
    bus: bus(address),
    reached: machine(address),
    ...where,
  });

describe("exactly one pair is", () => {
  test("same, and nothing else, in a trace and itself", () => {
    expect(classesOf(xen, xen)).toEqual({});
  });

  test("same after translation: the page has another frame, and the number leads to it", () => {
    const moved = naming(0x7654000, { machine: machine(0x7654000) });
    expect(classesOf(xen, moved)).toEqual({ "same after translation": 1 });
    expect(compare(xen, moved).first).toBeNull();
  });

  test("wrong-space: the pseudo-physical address stands in the entry", () => {
    const { phys } = entryOf(xen, 3);
    expect(classesOf(xen, naming(raw(phys!)))).toEqual({ "wrong-space": 1 });
  });

  test("wrong-frame: the entry names a frame of somebody else", () => {
    expect(classesOf(xen, naming(0x7654000))).toEqual({ "wrong-frame": 1 });
  });

  test("missing, or the other way round extra: a flush was left out", () => {
    const without = altered(xen, (events) => events.toSpliced(placeOf(events, isFlush), 1));
    expect(classesOf(xen, without)).toEqual({ missing: 1 });
    expect(classesOf(without, xen)).toEqual({ extra: 1 });
  });

  test("reordered: the flush comes before the entries are cleared", () => {
    const early = altered(xen, (events) => {
      const at = placeOf(events, isFlush);
      return events.toSpliced(at, 1).toSpliced(at - 3, 0, events[at]!);
    });
    expect(classesOf(xen, early)).toEqual({ reordered: 1 });
  });
});

describe("a comparison", () => {
  test("of numbers would be fooled: the same word in the entry leads to the page on one side only", () => {
    // The frame moves under the entry: every number that the driver handles stays what it was.
    const moved = saying(xen, isEntry(3), { machine: machine(0x7654000) });
    expect(entryOf(moved, 3).word).toBe(entryOf(xen, 3).word);
    expect(classesOf(xen, moved)).toEqual({ "wrong-frame": 1 });
  });

  test("of numbers would be fooled the other way: no word of Xen's is that of the bare PC", () => {
    const native = run("native-i386 gart");
    const words = [native, xen].map((trace) => entryOf(trace, 3).word);
    expect(words[0]).not.toBe(words[1]);
    expect(compare(native, xen).first).toBeNull();
  });

  test("of names would be fooled: the right hook in the right function gives the page beside", () => {
    const beside = entryOf(xen, 4);
    const swapped = saying(xen, isEntry(3), { ...beside, entry: 3 });
    const [here, there] = [entryOf(xen, 3), entryOf(swapped, 3)];
    expect([there.kind, there.actor, there.place]).toEqual([here.kind, here.actor, here.place]);
    expect(there.reached).toBe(there.machine);
    expect(classesOf(xen, swapped)).toEqual({ "wrong-frame": 1 });
  });

  test("of names would be fooled the other way: other hooks, the same pages", () => {
    const { first, apartBy } = compare(xen, run("xen-i386 dma-coherent"));
    expect(first).toBeNull();
    expect(apartBy.a.some(({ kind }) => kind === "hook.called")).toBe(true);
  });
});

test("on the G5 the base register is the first to part, not the names of hooks", () => {
  const { first, causes } = compare(g5("ppc64-g5 gart"), g5("ppc64-g5 dma-handle"));
  expect(first).toMatchObject({ class: "wrong-frame", op: { name: "init" } });
  expect(first!.b!.recorded.event).toMatchObject({
    kind: "register.written",
    place: "uninorth_configure",
  });
  expect(causes[0]).toMatchObject({
    root: "a DMA handle in uninorth_create_gatt_table",
    side: "b",
  });
});

test("on G5s whose memory lies elsewhere, entries of the U3's format are the same after translation", () => {
  const [one, two] = [g5("ppc64-g5 gart"), g5("ppc64-g5hi gart")];
  expect(entryOf(one, 3).word).not.toBe(entryOf(two, 3).word);
  expect(compare(one, two).first).toBeNull();
});
