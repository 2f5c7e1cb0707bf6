// diff.test.ts - what two traces have in common, and what each way of parting is called.

import { describe, expect, test } from "vitest";
import { bus, gattIndex, machine } from "../../src/address.ts";
import { answerOf, type Divergence } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { judgedOf } from "../../src/replay/judged.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { briefText } from "../../src/report/diff-text.ts";
import { scenarios } from "../../src/scenario/index.ts";
import { type Setup, setupOfScenario } from "../../src/scenario/setup.ts";
import { alloc, bind, cleanup, free, init, maxOrder, unbind } from "../driver-run.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { altered, placeOf, saying } from "./altered.ts";

const workload = workloadOf(
  maxOrder(1),
  init,
  alloc(0, 3),
  bind(0, 2),
  unbind(0),
  free(0),
  cleanup,
);
const run = (words: string, other: Partial<Setup> = {}): Trace =>
  recorded(setupOf(words, { workload, ...other }));
const native = run("native-i386 legacy");
const xen = lawfulTrace(setupOf("xen-i386 gart", { workload }));
const lenient = run("xen-i386 legacy", { lenientIoremap: true });

const parts = (a: Trace, b: Trace, exact = false): Divergence[] => {
  const all: Divergence[] = [];
  compare(a, b, { exact }, (divergence) => all.push(divergence));
  return all;
};
const kindsOf = ({ a, b }: Divergence) => (a ?? b)?.recorded.event.kind ?? "result";
const entry = (at: number) => (event: Event) =>
  event.kind === "gatt.written" && event.entry === gattIndex(at) && event.bus != null;

describe("alike are", () => {
  test("a trace and itself, number by number", () => {
    const { first, counts, ops, apart } = compare(xen, xen, { exact: true });
    expect(first).toBeNull();
    expect(counts.same).toBe(xen.count - ops);
    expect(apart).toEqual({ a: 0, b: 0 });
  });

  test("bare metal and Xen with the merged hooks: other numbers, the same pages", () => {
    const comparison = compare(native, xen);
    expect(answerOf(comparison)).toBe("alike");
    expect(comparison.counts["same after translation"]).toBeGreaterThan(20);
    // What only Xen does has no partner, and needs none.
    expect(comparison.apart.b).toBeGreaterThan(comparison.apart.a);
    const words = [native, xen].map((trace) => {
      const { event } = [...trace.events()].find(({ event }) => entry(2)(event))!;
      return event.kind === "gatt.written" && event.word;
    });
    expect(words).toEqual([0x1002017, 0x4e0db017]);
  });

  test("both hook sets on bare metal", () => {
    expect(answerOf(compare(native, run("native-i386 gart")))).toBe("alike");
  });

  test("two seeds, unless every number counts", () => {
    const [one, two] = [1, 2].map((seed) => run("xen-i386 gart", { seed }));
    expect(answerOf(compare(one!, two!))).toBe("alike");
    expect(compare(one!, two!, { exact: true }).first).toMatchObject({
      class: "same after translation",
    });
  });

  test("a run with the card and one without, as far as both go", () => {
    const without = run("xen-i386 gart", { device: false });
    const { first, apart } = compare(xen, without, { exact: true });
    expect(first).toBeNull();
    expect(apart).toEqual({ a: 6, b: 0 });
  });
});

describe("the pseudo-physical address in the wrong place", () => {
  test("is wrong-space, though every number is the same as on bare metal", () => {
    const all = parts(native, lenient);
    const numbers = (trace: Trace) =>
      [...trace.events()].flatMap(({ event }) =>
        event.kind === "gatt.written" ? [event.word] : [],
      );
    expect(numbers(native)).toEqual(numbers(lenient));
    const entries = all.filter((parting) => kindsOf(parting) === "gatt.written");
    expect(entries.map((parting) => parting.class)).toEqual(Array(3).fill("wrong-space"));
    expect(entries[0]!.a).toMatchObject({ verdict: "identity" });
    expect(entries[0]!.b).toMatchObject({
      verdict: "wrong-space",
      page: "op 2's allocation 0, page 0",
    });
  });

  test("is found by its first wrong number, by what the card met, and by its few roots", () => {
    const { first, firstDevice, causes } = compare(xen, lenient);
    expect(first!.op).toMatchObject({ op: 1, name: "init" });
    expect(first!.b!.recorded.event).toMatchObject({ kind: "register.written", word: 0x1000000 });
    expect(firstDevice!.op).toMatchObject({ op: 3, name: "bind" });
    const agreed = causes
      .filter(({ root }) => root !== null)
      .map(({ root, side }) => `${side}: ${root}`);
    expect(agreed.toSorted()).toEqual([
      "b: virt_to_phys in agp_allocate_memory",
      "b: virt_to_phys in agp_generic_create_gatt_table",
    ]);
  });

  test("is found the other way round as well", () => {
    expect(compare(lenient, xen).first).toMatchObject({ class: "wrong-space" });
  });
});

describe("a number that leads to another frame", () => {
  test("is wrong-frame", () => {
    const astray = { word: 0x12345017, bus: bus(0x12345000), reached: machine(0x12345000) };
    const [first] = parts(native, saying(native, entry(3), astray));
    expect(first).toMatchObject({ class: "wrong-frame", op: { name: "bind" } });
    expect(first!.b).toMatchObject({ verdict: "foreign-frame" });
  });

  test("is wrong-frame where it is right for a page that was not meant", () => {
    const { event: other } = [...native.events()].find(({ event }) => entry(4)(event))!;
    const swapped = saying(native, entry(3), { ...other, entry: 3 });
    const [first] = parts(native, swapped);
    expect(first).toMatchObject({ class: "wrong-frame" });
    expect([first!.a!.page, first!.b!.page]).toEqual([
      "op 2's allocation 1, page 0",
      "op 2's allocation 2, page 0",
    ]);
    expect(first!.b!.verdict).toBe("identity");
  });
});

describe("an event", () => {
  const isFlush = (event: Event) => event.kind === "cache.flushed";
  const without = altered(native, (events) => events.toSpliced(placeOf(events, isFlush), 1));

  test("that only the first trace has is missing", () => {
    expect(parts(native, without)).toMatchObject([
      { class: "missing", b: null, op: { name: "unbind" } },
    ]);
  });

  test("that only the second trace has is extra", () => {
    expect(parts(without, native)).toMatchObject([
      { class: "extra", a: null, op: { name: "unbind" } },
    ]);
  });

  test("that comes earlier in the operation is reordered", () => {
    const moved = altered(native, (events) => {
      const at = placeOf(events, isFlush);
      return events.toSpliced(at, 1).toSpliced(at - 3, 0, events[at]!);
    });
    const all = parts(native, moved);
    expect(all).toMatchObject([{ class: "reordered", op: { name: "unbind" } }]);
    expect(all[0]!.a!.recorded.event).toEqual(all[0]!.b!.recorded.event);
  });

  test("that leads to the right page by another number parts only where every number counts", () => {
    const elsewhere = saying(native, (event) => event.kind === "message.logged", {
      place: "another",
    });
    expect(parts(native, elsewhere)).toEqual([]);
    expect(parts(native, elsewhere, true)).toMatchObject([{ class: "same", fields: ["place"] }]);
    expect(
      parts(native, xen, true).some((parting) => parting.class === "same after translation"),
    ).toBe(true);
  });
});

describe("an operation", () => {
  const isUnbound = (event: Event) => event.kind === "op.ended" && event.op === 4;

  test("that returns something else parts by its facts", () => {
    const refused = saying(native, isUnbound, {
      result: { slot: 0, ret: -22, current_memory: 3, in_use: 0 },
    });
    expect(parts(native, refused)).toMatchObject([
      { op: { name: "unbind" }, fields: ["ret"], facts: [{ fact: "ret", a: 0, b: -22 }] },
    ]);
  });

  test("that was asked for with other arguments parts, though it did the same", () => {
    const isBegun = (event: Event) => event.kind === "op.began" && event.op === 4;
    const other = saying(native, isBegun, { arguments: { slot: 1 } });
    expect(parts(native, other)[0]).toMatchObject({
      facts: [{ fact: "operation", a: 'unbind {"slot":0}', b: 'unbind {"slot":1}' }],
    });
  });

  test("that only one trace has is missing or extra", () => {
    const shorter = altered(native, (events) => events.filter(({ op }) => op < 6));
    expect(parts(native, shorter)).toMatchObject([{ class: "missing", op: { name: "cleanup" } }]);
    expect(parts(shorter, native)).toMatchObject([{ class: "extra", op: { name: "cleanup" } }]);
  });

  test("that ends in one trace alone parts; that ends in neither does not", () => {
    const cut = altered(native, (events) => events.slice(0, -1));
    expect(parts(native, cut)).toMatchObject([
      { op: { name: "cleanup" }, facts: [{ fact: "ended", a: true, b: false }] },
    ]);
    expect(parts(cut, cut)).toEqual([]);
  });
});

test("a torn trace is compared up to where it is torn", () => {
  const tornIn = (trace: Trace) => ({
    // In the middle of a bind.
    ...altered(trace, (events) => events.slice(0, placeOf(events, entry(3)) + 1)),
    torn: true,
  });
  expect(parts(native, tornIn(native), true)).toEqual([]);
  expect(parts(tornIn(native), native, true)).toEqual([]);
  const entries = parts(native, tornIn(lenient)).filter((one) => kindsOf(one) === "gatt.written");
  expect(entries.map((parting) => parting.class)).toEqual(["wrong-space", "wrong-space"]);
});

test("traces of different workloads are not compared", () => {
  const other = { ...native, about: { ...native.about, workload: "another" } };
  expect(() => compare(native, other)).toThrow(UserError);
  expect(() => compare(native, other)).toThrow(/of a test and another.*record the same one/);
});

describe("lost records", () => {
  const count = { name: "events", read: 9, kept: 9, skipped: 0, lost: 0, why: null };
  const source = { path: "ftrace.txt", format: "ftrace", lines: 9 };
  const withSource = (counts: Partial<typeof count>): Trace => ({
    ...native,
    about: { ...native.about, source: "imported" },
    sources: [{ ...source, counts: [{ ...count, ...counts }] }],
  });

  test("leave undecided what else would be alike, and say how many they are", () => {
    const comparison = compare(withSource({ lost: 3 }), native);
    expect(answerOf(comparison)).toBe("undecided");
    expect(comparison.extents.a).toMatchObject({ torn: false, lost: 3 });
    expect(briefText(comparison)).toMatch(/^alike but for 3 lost records of A: /);
  });

  test("are not the lines that an importer skips", () => {
    expect(answerOf(compare(withSource({ skipped: 3 }), native))).toBe("alike");
  });

  test("hide no difference", () => {
    expect(answerOf(compare(withSource({ lost: 3 }), lenient))).toBe("different");
  });
});

describe("where numbers lead alone", () => {
  const isFlush = (event: Event) => event.kind === "cache.flushed";
  const unflushed = altered(native, (events) => events.toSpliced(placeOf(events, isFlush), 1));

  test("what has no partner is left out", () => {
    expect(answerOf(compare(unflushed, native))).toBe("different");
    expect(answerOf(compare(unflushed, native, { wrongOnly: true }))).toBe("alike");
  });

  test("every wrong event of one side is a difference, a fault and its access one", () => {
    const { wrong } = judgedOf(lenient).judgement;
    const { counts, causes } = compare(native, lenient, { wrongOnly: true });
    expect(counts).toMatchObject({ missing: 0, extra: 0, reordered: 0 });
    expect(counts["wrong-space"] + counts["wrong-frame"] + counts.wrong).toBe(wrong.events);
    expect(causes.reduce((sum, { count }) => sum + count, 0)).toBe(wrong.events);
  });
});

test("what a check alone finds wrong on one side is a difference, though every number is right", () => {
  const [flawed, sound] = [false, true].map((fixed) =>
    recorded(setupOfScenario(scenarios.find(({ name }) => name === "stale-gart-tlb")!, fixed)),
  );
  const { wrong } = judgedOf(flawed!).judgement;
  const marks: string[] = [];
  compare(sound!, flawed!, {}, ({ b }) => {
    if (b?.wrong != null) marks.push(`#${b.recorded.seq}`);
  });
  expect(new Set(marks).size).toBe(wrong.events);
  expect(judgedOf(sound!).judgement.wrong.events).toBe(0);
});
