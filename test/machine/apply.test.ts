// apply.test.ts - one door for all kinds of events; what is only a fact changes nothing behind it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gattIndex } from "../../src/address.ts";
import type { Effect } from "../../src/event/kind.ts";
import { type KindName, kindNames, kindsWhere } from "../../src/event/vocabulary.ts";
import { type Appliers, type FamilyAppliers, nothing } from "../../src/machine/appliers.ts";
import { apply, changing } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { stateAt } from "../../src/replay/replay.ts";
import { eventOf } from "../event/generated.ts";
import { busyTrace } from "../replay/busy.ts";
import { happens, pc, stateAfter } from "./happens.ts";

/** The latest event of a request or of a page-table entry is its state: no table keeps it. */
const keptInNoTable: readonly KindName[] = [
  "request.issued",
  "request.fetched",
  "request.mapped",
  "request.completed",
  "pte.written",
];
const busy = busyTrace();
const ofEffect = (...wanted: readonly Effect[]) =>
  kindsWhere(({ effect }) => wanted.includes(effect));
/** A device's read leaves the translation that it used in a TLB. */
const TLBS = ["tlb.word", "tlb.seq", "tlbHigh", "iommuTlb"];

describe.each(kindNames)("%s", (kind) => {
  test("goes through the door and makes the next moment", () => {
    fc.assert(
      fc.property(eventOf(kind), fc.nat({ max: 1000 }), (event, before) => {
        // Sizes are whole numbers of bytes: a page or two, so that a run of pages stays short.
        const small = "size" in event ? { ...event, size: 4096 } : event;
        const state = new State(pc);
        state.moment = before;
        apply(state, small, before + 1);
        expect(state.moment).toBe(before + 1);
      }),
      { numRuns: 30 },
    );
  });
});

test("a kind whose applier changes the state is declared so, and of these only what no table keeps has none", () => {
  expect(ofEffect("fact").filter((kind) => changing.includes(kind))).toEqual([]);
  const declared = ofEffect("changes", "changes-many", "reveals");
  expect(declared.filter((kind) => !changing.includes(kind)).toSorted()).toEqual(
    keptInNoTable.toSorted(),
  );
  expect(ofEffect("observes").filter((kind) => changing.includes(kind))).toEqual(["device.read"]);
});

test.each([...ofEffect("fact", "observes"), ...keptInNoTable])(
  "%s changes nothing but the moment, where it is a device's read the TLBs",
  (kind) => {
    const { seq } = [...busy.events()].findLast(({ event }) => event.kind === "device.read")!;
    const before = stateAt(busy, seq);
    const textOf = (state: State) =>
      [...state.tables].map(([name, table]) => [name, JSON.stringify([...table])] as const);
    const expected = new Map(textOf(before));
    fc.assert(
      fc.property(eventOf(kind), (event) => {
        const state = before.copy();
        apply(state, event, before.moment + 1);
        expect([state.moment, state.op]).toEqual([before.moment + 1, before.op]);
        const changed = textOf(state).flatMap(([name, text]) =>
          text === expected.get(name) ? [] : [name],
        );
        expect(changed.filter((name) => kind !== "device.read" || !TLBS.includes(name))).toEqual(
          [],
        );
      }),
      { numRuns: 30 },
    );
  },
);

test("a kind without an applier does not compile", () => {
  const all = Object.fromEntries(kindNames.map((kind) => [kind, nothing])) as unknown as Appliers;
  const { "p2m.set": left, ...rest } = all;
  // @ts-expect-error Property '"p2m.set"' is missing
  const short: Appliers = rest;
  const whole: Appliers = { ...rest, "p2m.set": left };
  expect(Object.keys(whole)).toHaveLength(Object.keys(short).length + 1);
});

test("an applier takes the fields of its own kind", () => {
  const part: FamilyAppliers = {
    // @ts-expect-error a flush has no entry
    "tlb.flushed": (_, event) => expect(event.entry).toBeUndefined(),
    "gatt.written": (_, event) => expect(event.entry).toBe(0x42),
  };
  expect.assertions(2);
  const state = new State(pc);
  part["tlb.flushed"]!(state, { kind: "tlb.flushed", actor: "cpu", which: "cpu" }, 1);
  part["gatt.written"]!(
    state,
    { kind: "gatt.written", actor: "cpu", entry: gattIndex(0x42), word: 0 },
    2,
  );
});

describe("an op", () => {
  test("is under way from its beginning to its end", () => {
    const state = stateAfter(pc, { kind: "op.began", op: 4, name: "bind", arguments: {} });
    expect(state.op).toBe(4);
    happens(state, { kind: "tlb.flushed", which: "cpu" });
    expect(state.op).toBe(4);
    happens(state, { kind: "op.ended", op: 4, result: {} });
    expect(state.op).toBe(-1);
  });
});
