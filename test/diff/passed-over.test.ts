// passed-over.test.ts - what a comparison need not read or does not take: signed ops, blocked accesses; what lies scattered.

import { describe, expect, test } from "vitest";
import { compare } from "../../src/diff/diff.ts";
import { Pairing } from "../../src/diff/pairing.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { entry, type HandmadeOp, says, traceOf } from "./handmade.ts";

describe("ops of equal signature", () => {
  /** A trace whose ops have these signatures. */
  const signed = (ops: readonly HandmadeOp[], ...signatures: (string | null)[]): Trace => {
    const trace = traceOf(ops);
    return {
      ...trace,
      ops: () => [...trace.ops()].map((op, i) => ({ ...op, signature: signatures[i] ?? null })),
    };
  };
  const talk = (text: string) => ({ events: [says(text)] });

  test("are not read, and their events are counted", () => {
    const [a, b] = [
      signed([talk("a"), talk("b")], "one", "two"),
      signed([talk("x"), talk("b")], "one", "two"),
    ];
    const { unread, counts, first, ops } = compare(a, b);
    expect(unread).toEqual({ ops: 2, events: 12 });
    expect([counts.same, first, ops]).toEqual([0, null, 2]);
  });

  test("are read where a signature is another or missing, or somebody wants all to be read", () => {
    const ops = (text: string) => [talk(text), talk("b")];
    const [a, b] = [signed(ops("a"), "one", "two"), signed(ops("x"), "other", "two")];
    expect(compare(a, b)).toMatchObject({ unread: { ops: 1, events: 6 }, counts: { missing: 1 } });
    const none = signed(ops("a"), null, null);
    expect(compare(none, none)).toMatchObject({ unread: { ops: 0, events: 0 } });
    for (const rules of [{ readAll: true }, { exact: true }])
      expect(compare(a, signed(ops("x"), "one", "two"), rules).unread.ops).toBe(0);
  });

  test("are read once ops have moved, for pages have other names then", () => {
    const extra = { name: "info" };
    const [a, b] = [
      signed([talk("a"), talk("b")], "one", "two"),
      signed([talk("a"), extra, talk("b")], "one", "x", "two"),
    ];
    expect(compare(a, b).unread.ops).toBe(1);
  });

  test("leave the pages that they allocate known to what follows", () => {
    const alloc = (page: number) => ({
      ...{ kind: "page.allocated", actor: "kernel", allocation: page, by: "alloc_page" },
      ...{ use: "agp", size: 4096, phys: page * 4096, machine: 0x51000 },
    });
    const run = (page: number, other: number) =>
      signed(
        [
          { name: "alloc", events: [alloc(page)] },
          { events: [entry(3, 0x51000, { phys: other * 4096 })] },
        ],
        "one",
      );
    expect(compare(run(5, 5), run(9, 9))).toMatchObject({ first: null, unread: { ops: 1 } });
    expect(compare(run(5, 5), run(9, 8)).first).toMatchObject({ class: "wrong-frame" });
  });
});

describe("a block of entries that lies in one piece in one trace and in several in the other", () => {
  const block = (...frames: number[]) =>
    traceOf([
      {
        events: frames.map((frame, i) =>
          entry(7 + i, frame * 4096, { phys: (0xab + i) * 4096, machine: frame * 4096 }),
        ),
      },
    ]);

  test("is told with its runs of frames, and is no difference", () => {
    const { scattered, first } = compare(block(1, 2, 3), block(4, 9, 10));
    expect(scattered).toEqual([{ op: 0, what: "block", from: 7, pages: 3, runs: { a: 1, b: 2 } }]);
    expect(first).toBeNull();
    expect(compare(block(4, 9), block(1, 2)).scattered).toMatchObject([{ runs: { a: 2, b: 1 } }]);
  });

  test("is none where both are in one piece, both in several, or the blocks are others", () => {
    for (const [a, b] of [
      [block(1, 2), block(8, 9)],
      [block(1, 9), block(2, 8)],
      [block(1, 2), block(3, 9, 20)],
      [block(1), block(2)],
    ] as const)
      expect(compare(a, b).scattered).toEqual([]);
  });
});

describe("a fault of a device", () => {
  const bus = 0x7000;
  const fault = { kind: "fault.raised", actor: "chipset", fault: "invalid-entry", bus };
  const read = { kind: "device.read", actor: "card", bus, machine: 0x51000 };
  const apartOf = (...events: object[]) => {
    const trace = traceOf([{ events }]);
    return compare(trace, trace).apartBy.a;
  };

  test("is told at the access that it blocks, if that comes next", () => {
    expect(apartOf(fault, read)).toEqual([{ kind: "fault.raised", which: "blocked", count: 1 }]);
  });

  test.each([
    ["nothing comes next", [fault]],
    ["another event comes next", [fault, says("a")]],
    ["the access reaches memory", [fault, { ...read, reached: 0x51000 }]],
    ["the access is at another address", [fault, { ...read, bus: 0x8000 }]],
    ["the access came before", [read, fault]],
  ])("takes part by itself where %s", (_, events) => {
    expect(apartOf(...events)).toEqual([]);
  });
});

test("traces that agree are no guess", () => {
  const trace = traceOf([{ events: ["a", "b"].map(says) }]);
  const other = traceOf([{ events: ["a", "c", "b"].map(says) }]);
  expect(compare(trace, trace).isGuess).toBe(false);
  expect(compare(trace, other).isGuess).toBe(false);
});

describe("the partners of an event", () => {
  test("are null where it takes no part", () => {
    const p2m = { kind: "p2m.set", page: 5, phys: 0x5000, machine: 0x9000 };
    const trace = traceOf([{ events: [p2m] }]);
    expect(new Pairing(trace, trace).partnersOf(trace.event(2)!)).toBeNull();
  });

  test("in two kernels' runs are the pieces that hold the same bytes of the disk", () => {
    const capture = { source: "imported", workload: "captured", physIsMachine: true } as const;
    const part = (from: number, pages: number) => ({
      ...{ kind: "request.mapped", request: 1, what: "read", layer: "nvme" },
      ...{ position: from * 4096, size: pages * 4096, phys: from * 4096, machine: from * 4096 },
      ...{ bus: from * 4096, reached: from * 4096 },
    });
    const [whole, cut] = [
      traceOf([{ events: [part(1, 2), part(9, 1)] }], capture),
      traceOf([{ events: [part(1, 1), part(2, 1)] }], capture),
    ];
    const partners = (a: Trace, b: Trace) =>
      [2, 3].map((seq) => new Pairing(a, b).partnersOf(a.event(seq)!)?.map(({ seq }) => seq));
    expect(partners(whole, cut)).toEqual([[2, 3], []]);
    expect(partners(cut, whole)).toEqual([[2], [2]]);
  });
});
