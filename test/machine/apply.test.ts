// apply.test.ts - one door for all kinds of events; what is only a fact changes nothing behind it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gattIndex } from "../../src/address.ts";
import { kindNames } from "../../src/event/vocabulary.ts";
import { type Appliers, type FamilyAppliers, nothing } from "../../src/machine/appliers.ts";
import { apply, changing } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { eventOf } from "../event/generated.ts";
import { happens, pc, stateAfter } from "./happens.ts";

const facts = [
  "call.entered",
  "call.returned",
  "message.logged",
  "hypercall.made",
  "hook.called",
  "gatt.read",
  "directory.read",
  "scratch-directory.read",
  "cpu.read",
  "bio.merged",
  "bio.split",
  "fault.raised",
  "iommu.translated",
  "descriptor.written",
  "request.issued",
  "request.mapped",
  "request.fetched",
  "request.completed",
  "pte.written",
] as const;

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

test.each(facts)("%s is a fact and changes nothing but the moment", (kind) => {
  fc.assert(
    fc.property(eventOf(kind), (event) => {
      const state = new State(pc);
      apply(state, event, 1);
      expect([state.moment, state.op, state.unknownSince]).toEqual([1, -1, 0]);
      for (const [name, table] of state.tables) expect(table.size, name).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test("every other kind can change it, and a fold applies all of these", () => {
  const left = kindNames.filter((kind) => !changing.includes(kind));
  expect(left.toSorted()).toEqual([...facts].sort());
});

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
