// transfer-parts.test.ts - pieces of requests of two kernels: which are partners, what cuts them, what strays.

import { describe, expect, test } from "vitest";
import { compare } from "../../src/diff/diff.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { traceOf } from "./handmade.ts";

const capture = { source: "imported", workload: "captured", physIsMachine: true } as const;
const PAGE = 4096;

/** A part of a request: so many bytes of the disk from a page on, in pages of the kernel at frames. */
interface Part {
  readonly request?: number;
  readonly what?: "read" | "write";
  readonly from?: number;
  readonly pages?: number;
  readonly page?: number;
  readonly frame?: number;
  readonly bus?: number;
  readonly reached?: number;
}

function mapped({ request = 1, what = "read", from, pages = 1, page = 1, ...rest }: Part): object {
  const { frame = page, bus = frame, reached = frame } = rest;
  return {
    ...{ kind: "request.mapped", request, what, layer: "nvme", size: pages * PAGE },
    position: from === undefined ? null : from * PAGE,
    ...{ phys: page * PAGE, machine: frame * PAGE, bus: bus * PAGE, reached: reached * PAGE },
  };
}

const run = (...events: object[]): Trace => traceOf([{ events }], capture);
const moved = (...parts: Part[]): Trace => run(...parts.map(mapped));
const countsOf = (a: Trace, b: Trace) => compare(a, b).counts;

describe("the partner of a piece", () => {
  test("holds the same bytes of the disk, moved in the same direction", () => {
    expect(countsOf(moved({ from: 3 }), moved({ from: 3 }))).toMatchObject({ same: 1, missing: 0 });
    expect(countsOf(moved({ from: 3 }), moved({ from: 4 }))).toMatchObject({
      ...{ same: 0, missing: 1, extra: 1 },
    });
    expect(
      countsOf(moved({ from: 3, what: "read" }), moved({ from: 3, what: "write" })),
    ).toMatchObject({ same: 0, missing: 1, extra: 1 });
  });

  test("can be a part of what the other trace moves at once, from its beginning, middle or end", () => {
    const whole = moved({ from: 10, pages: 4, page: 20 });
    for (const [from, page] of [
      [10, 20],
      [11, 21],
      [12, 22],
    ] as const) {
      const part = moved({ from, pages: 2, page });
      const { same, missing } = countsOf(whole, part);
      expect([same, missing], `${from}`).toEqual([1, from === 11 ? 2 : 1]);
      expect(countsOf(part, whole)).toMatchObject({ same: 1, extra: from === 11 ? 2 : 1 });
    }
  });

  test("is at another bus address, the same after translation", () => {
    const [one, other] = [moved({ from: 3, bus: 0x50 }), moved({ from: 3, bus: 0x60 })];
    expect(countsOf(one, other)).toMatchObject({ same: 0, "same after translation": 1 });
    expect(compare(one, other, { exact: true }).first).toMatchObject({
      class: "same after translation",
    });
    // The address of a piece is that of its first byte.
    const whole = moved({ from: 2, pages: 2, page: 1 });
    expect(countsOf(whole, moved({ from: 3, page: 2 }))).toMatchObject({ same: 1, missing: 1 });
    expect(countsOf(whole, moved({ from: 3, page: 7 }))).toMatchObject({
      "same after translation": 1,
    });
  });

  test("that leads astray where the other does not is told, in the order of the first trace", () => {
    const right = moved({ from: 9, page: 1, frame: 8 }, { from: 3, page: 2, frame: 9 });
    const wrong = moved(
      { from: 9, page: 1, frame: 8, reached: 0x77 },
      { from: 3, page: 2, frame: 9, reached: 2 },
    );
    const classes: unknown[] = [];
    compare(right, wrong, {}, (one) => classes.push([one.class, one.a!.recorded.seq]));
    expect(classes).toEqual([
      ["wrong-frame", 2],
      ["wrong-space", 3],
    ]);
  });

  test("is the one that comes in the same place where bytes are moved again and again", () => {
    const often = (...pages: number[]) => moved(...pages.map((page) => ({ from: 0, page })));
    expect(countsOf(often(1, 2, 3), often(1, 2, 3))).toMatchObject({ same: 3 });
    expect(countsOf(often(1, 2, 3), often(1, 2))).toMatchObject({ same: 2, missing: 1 });
    expect(countsOf(often(2), often(1, 2, 3))).toMatchObject({
      ...{ same: 0, "same after translation": 1, extra: 2 },
    });
  });
});

describe("a piece that one trace alone moves", () => {
  test.each([
    ["is missing or extra where it leads right", { page: 2 }, "missing", "extra"],
    [
      "is wrong-space where it leads to its page's own number",
      { page: 2, frame: 9, reached: 2 },
      "wrong-space",
      "wrong-space",
    ],
    [
      "is wrong-frame where it leads elsewhere",
      { page: 2, reached: 7 },
      "wrong-frame",
      "wrong-frame",
    ],
  ] as const)("%s", (_, part, missing, extra) => {
    const [both, one] = [moved({ from: 0 }, { from: 5, ...part }), moved({ from: 0 })];
    expect(compare(both, one).first).toMatchObject({ class: missing, b: null });
    expect(compare(one, both).first).toMatchObject({ class: extra, a: null });
  });

  test("may be what the other moves without saying its bytes, in the same direction alone", () => {
    const told = moved({ from: 0 }, { from: 5, page: 2 });
    const vague = (what: "read" | "write") => moved({ from: 0 }, { what, page: 2 });
    for (const comparison of [compare(told, vague("read")), compare(vague("read"), told)]) {
      expect(comparison).toMatchObject({ first: null, unknown: 1 });
      expect(comparison.counts.same).toBe(1);
    }
    expect(compare(told, vague("write"))).toMatchObject({
      unknown: 0,
      first: { class: "missing" },
    });
    expect(compare(vague("write"), told)).toMatchObject({ unknown: 0, first: { class: "extra" } });
  });

  test("is known to be alone in the next op, whatever was vague before", () => {
    const op = (...parts: Part[]) => ({ events: parts.map(mapped) });
    const told = traceOf([op({ from: 0 }), op({ from: 5 })], capture);
    const vague = traceOf([op({}), op()], capture);
    expect(compare(told, vague)).toMatchObject({ unknown: 1, counts: { missing: 1 } });
    expect(compare(vague, told)).toMatchObject({ unknown: 1, counts: { extra: 1 } });
  });
});

describe("requests", () => {
  const requestsOf = (a: Trace, b: Trace) => {
    const { requests, shared, segments, unplaced } = compare(a, b).transferred!;
    return { requests, shared, segments, unplaced };
  };

  test("are counted by their number, and shared where they ask for the same bytes", () => {
    const a = moved({ request: 1, from: 0 }, { request: 1, from: 1 }, { request: 2, from: 9 });
    const b = moved({ request: 5, from: 9 }, { request: 6, from: 0, pages: 2 }, { request: 7 });
    expect(requestsOf(a, b)).toEqual({
      requests: { a: 2, b: 2 },
      ...{ shared: 2, segments: { a: 3, b: 3 }, unplaced: { a: 0, b: 1 } },
    });
  });

  test("that ask for bytes as often in both are shared each time, and no more often", () => {
    const often = (times: number) =>
      moved(...Array.from({ length: times }, (_, request) => ({ request, from: 0 })));
    expect(requestsOf(often(3), often(2))).toMatchObject({ requests: { a: 3, b: 2 }, shared: 2 });
    expect(requestsOf(often(1), often(4))).toMatchObject({ requests: { a: 1, b: 4 }, shared: 1 });
  });

  test("that read and that write the same bytes are not the same", () => {
    const [read, write] = [moved({ from: 0 }), moved({ from: 0, what: "write" })];
    expect(requestsOf(read, write)).toMatchObject({ shared: 0 });
  });
});

describe("a border within a request that one trace cuts and the other joins", () => {
  const joined = moved({ from: 0, pages: 2, page: 1 });
  const cutAs = (second: Part) => moved({ from: 0, page: 1 }, { from: 1, page: 2, ...second });

  test.each([
    ["frames, where pages follow each other and frames do not", { frame: 9 }, "frames"],
    ["pages, where they do not follow each other", { page: 9, frame: 2 }, "pages"],
    ["other, where both follow each other", {}, "other"],
  ] as const)("is counted as %s", (_, second, reason) => {
    const counted = { frames: 0, pages: 0, other: 0, [reason]: 1 };
    const none = { frames: 0, pages: 0, other: 0 };
    const cut = cutAs(second);
    expect(compare(joined, cut).transferred!.cuts).toEqual({ a: none, b: counted });
    expect(compare(cut, joined).transferred!.cuts).toEqual({ a: counted, b: none });
  });

  test("is other where the trace does not say where the page or its frame is", () => {
    const silent = (fields: object) =>
      run(mapped({ from: 0, page: 1 }), { ...mapped({ from: 1, page: 7 }), ...fields });
    for (const fields of [
      { phys: null, machine: null },
      { phys: 2 * PAGE, machine: null },
    ])
      expect(compare(joined, silent(fields)).transferred!.cuts.b).toMatchObject({ other: 1 });
  });

  test("is none where both cut, where both join, and between two requests", () => {
    const none = { frames: 0, pages: 0, other: 0 };
    const others = moved({ from: 0, page: 1 }, { request: 2, from: 1, page: 2 });
    for (const [a, b] of [
      [cutAs({}), cutAs({})],
      [joined, joined],
      [joined, others],
      [others, joined],
      [cutAs({}), others],
    ] as const)
      expect(compare(a, b).transferred!.cuts).toEqual({ a: none, b: none });
  });

  test("is not between bytes that do not touch", () => {
    const [whole, parts] = [
      moved({ from: 0, pages: 3, page: 1 }),
      moved({ from: 0, page: 1 }, { from: 2, page: 3 }),
    ];
    expect(compare(whole, parts).transferred!.cuts.b).toEqual({ frames: 0, pages: 0, other: 0 });
  });
});

describe("a stray access", () => {
  const read = (bus: number, rest: object = {}) => ({
    ...{ kind: "device.read", actor: "device", bus: bus * PAGE, machine: 5 * PAGE },
    reached: 5 * PAGE,
    ...rest,
  });

  test("has its like in the other trace, wherever it lies", () => {
    expect(compare(run(read(7)), run(read(9))).first).toBeNull();
    expect(countsOf(run(read(7)), run(read(9)))).toMatchObject({ same: 1 });
  });

  test("that is wrong in one trace alone is told, and one of another kind", () => {
    const astray = read(7, { reached: 6 * PAGE });
    expect(compare(run(read(7)), run(astray)).first).toMatchObject({ class: "wrong-frame" });
    const write = { ...read(7), kind: "device.wrote" };
    expect(compare(run(read(7)), run(write)).first).toMatchObject({ class: "wrong-frame" });
  });

  test("of one trace alone is missing or extra, and wrong-frame where it leads astray", () => {
    expect(compare(run(read(7)), run()).first).toMatchObject({ class: "missing" });
    expect(compare(run(), run(read(7))).first).toMatchObject({ class: "extra" });
    const astray = read(7, { reached: 6 * PAGE });
    expect(compare(run(astray), run()).first).toMatchObject({ class: "wrong-frame", b: null });
    expect(compare(run(read(7), read(8)), run(read(7))).counts).toMatchObject({
      ...{ same: 1, missing: 1 },
    });
  });
});
