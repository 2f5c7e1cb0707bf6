// causes.test.ts - divergences are counted by the hook call that their addresses came from, or by what they are.

import { describe, expect, test } from "vitest";
import { compare } from "../../src/diff/diff.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { entry, type HandmadeOp, says, traceOf } from "./handmade.ts";

const hook = (place: string): object => ({
  ...{ kind: "hook.called", hook: "virt_to_phys", place, phys: 0xab000, machine: 0x51000 },
});
const ALLOCATE = "agp_allocate_memory";
const CREATE = "agp_generic_create_gatt_table";
const [PHYS, OTHER] = [0xab000, 0x99000];

/** Two hooks (#2 and #3) and entries that lead where told, by which hook. */
const run = (...entries: readonly (readonly [leadsTo: number, cause?: number])[]): Trace =>
  traceOf([
    {
      events: [
        ...[hook(ALLOCATE), hook(CREATE)],
        ...entries.map(([leadsTo, cause], i) => entry(i, leadsTo, { cause: cause ?? null })),
      ],
    },
  ]);
const causesOf = (a: Trace, b: Trace) => compare(a, b).causes;
const RIGHT = 0x51000;

describe("a number that leads astray", () => {
  const right = run([RIGHT, 2], [RIGHT, 2], [RIGHT, 3]);
  const wrong = run([PHYS, 2], [PHYS, 2], [OTHER, 3]);

  test("is counted for the trace that has it, by its hook call, most first", () => {
    const causes = (side: "a" | "b") => [
      {
        ...{ root: `virt_to_phys in ${ALLOCATE}`, side, after: null, count: 2, op: 0 },
        kinds: [{ kind: "gatt.written", class: "wrong-space", count: 2 }],
      },
      {
        ...{ root: `virt_to_phys in ${CREATE}`, side, after: null, count: 1, op: 0 },
        kinds: [{ kind: "gatt.written", class: "wrong-frame", count: 1 }],
      },
    ];
    expect(causesOf(right, wrong)).toEqual(causes("b"));
    expect(causesOf(wrong, right)).toEqual(causes("a"));
  });

  test("has its classes counted under one root, most first", () => {
    const mixed = run([OTHER, 2], [PHYS, 2], [PHYS, 2]);
    expect(causesOf(run([RIGHT, 2], [RIGHT, 2], [RIGHT, 2]), mixed)).toMatchObject([
      {
        count: 3,
        kinds: [
          { class: "wrong-space", count: 2 },
          { class: "wrong-frame", count: 1 },
        ],
      },
    ]);
  });

  test("without a cause is counted by its class and kind, behind all that have a root", () => {
    const causes = causesOf(run([RIGHT, 2], [RIGHT], [RIGHT]), run([PHYS, 2], [OTHER], [OTHER]));
    expect(causes.map(({ root, count }) => [root, count])).toEqual([
      [`virt_to_phys in ${ALLOCATE}`, 1],
      [null, 2],
    ]);
  });

  test("that goes back to the same hook in another op is counted where it first was", () => {
    const twice = (leadsTo: number) =>
      traceOf([
        { name: "info" },
        { events: [hook(ALLOCATE), entry(0, leadsTo, { cause: 4 })] },
        { name: "again", events: [entry(1, leadsTo, { cause: 4 })] },
      ]);
    expect(causesOf(twice(RIGHT), twice(PHYS))).toMatchObject([{ op: 1, count: 2 }]);
  });
});

describe("an event that one trace alone has", () => {
  const talking = (...texts: string[]): Trace => traceOf([{ events: texts.map(says) }]);

  test("is counted for that trace, by its kind", () => {
    const causes = causesOf(talking("a", "b", "c"), talking("b", "d"));
    expect(causes).toEqual([
      {
        ...{ root: null, side: "a", after: null, count: 2, op: 0 },
        kinds: [{ kind: "message.logged", class: "missing", count: 2 }],
      },
      {
        ...{ root: null, side: "b", after: null, count: 1, op: 0 },
        kinds: [{ kind: "message.logged", class: "extra", count: 1 }],
      },
    ]);
  });

  test("of each kind has a count of its own", () => {
    const flush = { kind: "cache.flushed", instruction: "mb" };
    const tlb = { kind: "tlb.flushed", which: "gart" };
    const both = traceOf([{ events: [flush, tlb, tlb, says("a")] }]);
    expect(
      causesOf(both, traceOf([{}])).map(({ kinds, count }) => [kinds[0]!.kind, count]),
    ).toEqual([
      ["tlb.flushed", 2],
      ["cache.flushed", 1],
      ["message.logged", 1],
    ]);
  });

  test("follows from the first op that returned something else, whatever its kind", () => {
    const flush = { kind: "cache.flushed", instruction: "mb" };
    const ops = (ret: number, events: object[]): HandmadeOp[] => [
      { name: "init", result: { ret: 0 }, events: [says("start")] },
      { name: "bind", result: { ret }, events },
      { name: "free", result: { ret: ret - 1 }, events },
    ];
    const [a, b] = [traceOf(ops(0, [flush, says("bound")])), traceOf(ops(-22, []))];
    expect(causesOf(a, b)).toEqual([
      {
        ...{ root: null, side: "a", count: 4, op: 1 },
        after: { op: 1, name: "bind", a: 0, b: -22 },
        kinds: [
          { kind: "cache.flushed", class: "missing", count: 2 },
          { kind: "message.logged", class: "missing", count: 2 },
        ],
      },
    ]);
  });

  test("before any op that returned something else follows from none", () => {
    const ops = (ret: number, events: object[]): HandmadeOp[] => [
      { name: "init", result: { ret: 0 }, events },
      { name: "bind", result: { ret } },
    ];
    const causes = causesOf(traceOf(ops(0, [says("start")])), traceOf(ops(-22, [])));
    expect(causes).toMatchObject([{ after: null, count: 1 }]);
  });
});

test("traces that are alike have no causes", () => {
  expect(causesOf(run([RIGHT, 2]), run([RIGHT, 2]))).toEqual([]);
});
