// keyframe.test.ts - the state sought in a file is the state folded from the start, whatever the file keeps.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mfn } from "../../src/address.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf, stateAt } from "../../src/replay/replay.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { KeyframeWriter, readKeyframe } from "../../src/store/keyframe-bytes.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { dom0 } from "../machine/happens.ts";
import { recorded } from "../memory-trace.ts";
import { busyTrace } from "../replay/busy.ts";
import { held, stored } from "../replay/stored.ts";

const small = workloadOf(
  { op: "init" },
  { op: "alloc", slot: 0, pages: 3 },
  { op: "bind", slot: 0, pg_start: 2 },
  { op: "unbind", slot: 0 },
  { op: "bind", slot: 0, pg_start: 1022 },
  { op: "free", slot: 0 },
  { op: "cleanup" },
);
const on = (words: string, name: string): Trace =>
  recorded(
    setupOf(words, { workload: small, chipset: chipsets.find((one) => one.name === name)! }),
  );

describe("at every moment, the state sought is the state folded so far", () => {
  test.each([1, 2, 3, 7, 31, 100, 1e9])("with a keyframe every %d events", async (spacing) => {
    const trace = await stored(busyTrace(), spacing);
    const folded = new State(natureOf(trace.about));
    expect(held(stateAt(trace, 0))).toBe(held(folded));
    for (const { seq, event } of trace.events()) {
      apply(folded, event, seq);
      expect(held(stateAt(trace, seq)), `#${seq}`).toBe(held(folded));
    }
    trace.close();
  });

  test.each([
    ["xen-i386 gart", "amd-irongate", 16],
    ["ppc64-g5 gart", "u3", 16],
  ])("on %s with %s", async (words, name, spacing) => {
    const trace = await stored(on(words, name), spacing);
    const folded = new State(natureOf(trace.about));
    // Filling the table at init is the same over and over.
    for (const { seq, event } of trace.events()) {
      apply(folded, event, seq);
      if (seq % (seq > trace.count - 300 ? 23 : 9973) !== 0) continue;
      expect(held(stateAt(trace, seq)) === held(folded), `#${seq}`).toBe(true);
    }
    trace.close();
  });
});

describe("a keyframe in bytes", () => {
  const number = fc.oneof(
    fc.nat({ max: 5000 }),
    fc.maxSafeNat().map((n) => Math.min(n, 2 ** 53 - 2)),
  );
  const index = fc.oneof(
    fc.nat({ max: 5000 }),
    fc.nat({ max: 2 ** 31 - 1 }),
    fc.constantFrom(2 ** 38, 2 ** 48 + 8),
  );
  const change = fc.record({
    table: fc.nat({ max: 5 }),
    index,
    to: fc.option(number, { freq: 5 }),
  });

  test("brings the state before it to the one that it is of", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 30 }), { maxLength: 4 }), (turns) => {
        const [state, sought] = [new State(dom0), new State(dom0)];
        const tables = [...state.tables.values()];
        const writer = new KeyframeWriter();
        turns.forEach((turn, i) => {
          for (const { table, index, to } of turn) {
            if (to === null && index % 7 === 0) tables[table]!.clear();
            else if (to === null) tables[table]!.delete(index);
            else tables[table]!.set(index, to);
          }
          state.op = turn.length - 1;
          readKeyframe((i === 0 ? writer.whole(state) : writer.changes(state)).slice(), sought);
          for (const table of tables) table.settle();
          expect(held(sought)).toBe(held(state));
          const whole = new State(dom0);
          readKeyframe(writer.whole(state), whole);
          expect(held(whole)).toBe(held(state));
        });
      }),
      { numRuns: 200 },
    );
  });

  test("whole, is the same whether its leaves were written before or not", () => {
    const turn = fc.array(fc.tuple(fc.nat({ max: 4095 }), fc.option(number)), { maxLength: 9 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(turn, fc.boolean(), fc.nat({ max: 9 })), { maxLength: 6 }),
        (turns) => {
          const state = new State(dom0);
          const writer = new KeyframeWriter();
          for (let i = 0; i < 3072; i++) state.content.set(mfn(i), i);
          for (const [turn, isWhole, clears] of turns) {
            if (clears === 0) state.content.clear();
            for (const [index, to] of turn) {
              if (to === null) state.content.delete(mfn(index));
              else state.content.set(mfn(index), to);
            }
            const fresh = new KeyframeWriter();
            if (isWhole) expect(writer.whole(state)).toEqual(fresh.whole(state));
            else expect(writer.changes(state)).toEqual(fresh.changes(state));
            for (const table of state.tables.values()) table.settle();
          }
          expect(writer.whole(state)).toEqual(new KeyframeWriter().whole(state));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("changes leaves that nobody has looked at as those that somebody has", () => {
    const near = fc.integer({ min: 1000, max: 1100 });
    const turn = fc.array(fc.tuple(near, fc.option(number)), { maxLength: 40 });
    const look = fc.option(near);
    fc.assert(
      fc.property(fc.array(fc.tuple(turn, look), { minLength: 1, maxLength: 4 }), (turns) => {
        const [state, sought] = [new State(dom0), new State(dom0)];
        for (let i = 900; i < 1200; i++) state.content.set(mfn(i), i * 3);
        const writer = new KeyframeWriter();
        readKeyframe(writer.whole(state).slice(), sought);
        for (const table of state.tables.values()) table.settle();
        const ever = new Set(Array.from({ length: 300 }, (_, i) => 900 + i));
        for (const [turn, look] of turns) {
          for (const [index, to] of turn) {
            ever.add(index);
            if (to === null) state.content.delete(mfn(index));
            else state.content.set(mfn(index), to);
          }
          readKeyframe(writer.changes(state).slice(), sought);
          for (const table of state.tables.values()) table.settle();
          if (look !== null)
            expect(sought.content.get(mfn(look))).toBe(state.content.get(mfn(look)));
          expect(sought.content.size).toBe(state.content.size);
        }
        const copy = sought.copy();
        copy.content.set(mfn(950), 5);
        expect(held(sought)).toBe(held(state));
        expect(copy.content.get(mfn(950))).toBe(5);
        const changed: number[] = [];
        sought.tables.get("content")!.eachChange((index) => changed.push(index));
        expect(changed).toEqual([...ever].sort((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  /** The state that a keyframe of these entries brings back. */
  const broughtBack = (entries: readonly (readonly [index: number, value: number])[]): State => {
    const [state, sought] = [new State(dom0), new State(dom0)];
    for (const [index, value] of entries) state.content.set(mfn(index), value);
    readKeyframe(new KeyframeWriter().whole(state), sought);
    return sought;
  };

  // One less than, exactly, and one more than what 1, 2, 3, ... bytes can count.
  const edges = [8, 16, 24, 32, 40, 48].flatMap((bits) => [
    2 ** bits - 1,
    2 ** bits,
    2 ** bits + 1,
  ]);

  test.each([1, 2, ...edges])("keeps an entry that lies %d after the one before it", (step) => {
    const entries = [
      [3, 7],
      [3 + step, 8],
      [4 + step, 9],
    ] as const;
    expect([...broughtBack(entries).content]).toEqual(entries);
  });

  test.each([0, 1, ...edges, 2 ** 53 - 3])(
    "keeps a value that is %d more, or less, than the one before it",
    (difference) => {
      const entries = [
        [0, 1],
        [1, 1 + difference],
        [2, 1],
      ] as const;
      expect([...broughtBack(entries).content]).toEqual(entries);
    },
  );

  test.each([0, 1, 255, 256, 65535, 65536, 2 ** 24, 2 ** 32, 2 ** 40, 2 ** 53 - 2])(
    "keeps a whole leaf, and one with gaps, whose values lie up to %d apart",
    (most) => {
      for (const isKept of [() => true, (i: number) => i % 3 !== 0]) {
        const indices = Array.from({ length: 1024 }, (_, i) => 4096 + i).filter(isKept);
        const entries = indices.map((index, i) => [index, i === 5 ? most : 0] as const);
        const sought = broughtBack(entries);
        expect([...sought.content]).toEqual(entries);
        expect(sought.content.size).toBe(entries.length);
      }
    },
  );

  test("is refused where a leaf's bytes are cut, its keys fall, or its values leave the range", () => {
    const state = new State(dom0);
    for (let i = 0; i < 2048; i++) state.content.set(mfn(i), i % 1024);
    const bytes = new KeyframeWriter().whole(state).slice();
    const isRead = (changed: Uint8Array) => readKeyframe(changed, new State(dom0));
    expect(isRead(bytes)).toBe(true);
    // The second leaf: its key, and that it is full and its values take two bytes each.
    const second = Buffer.from(bytes).indexOf(Buffer.of(1, 0, 0, 0, 0, 0, 0, 2 | 0x80));
    expect(second).toBeGreaterThan(0);
    const withByte = (at: number, byte: number) => bytes.with(at, byte);
    expect(isRead(withByte(second, 0))).toBe(false);
    expect(isRead(withByte(second + 6, 0xff))).toBe(false);
    expect(isRead(withByte(second + 7, 0xff))).toBe(false);
    expect(isRead(withByte(second + 8 + 6, 0xff))).toBe(false);
    for (const end of [second + 3, second + 9, second + 100])
      expect(isRead(bytes.subarray(0, end))).toBe(false);
  });

  test("keeps that an entry is gone which lies 65,536 after the one before it", () => {
    const [state, sought] = [new State(dom0), new State(dom0)];
    const writer = new KeyframeWriter();
    for (const index of [5, 65541]) state.content.set(mfn(index), 1);
    readKeyframe(writer.whole(state), sought);
    for (const table of state.tables.values()) table.settle();
    state.content.set(mfn(5), 2);
    state.content.delete(mfn(65541));
    readKeyframe(writer.changes(state), sought);
    expect([...sought.content]).toEqual([[5, 2]]);
  });
});
