// outside.test.ts - a block whose range wraps around: what is written before the table, and what the later driver says.

import { describe, expect, test } from "vitest";
import { raw } from "../../src/address.ts";
import { eras } from "../../src/agpgart/era.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { judgedOf } from "../../src/replay/judged.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";

const bound = [
  { op: "init" },
  { op: "alloc", slot: 0, pages: 4 },
  { op: "bind", slot: 0, pg_start: -2 },
  { op: "unbind", slot: 0 },
];

/** A run that binds four pages at -2, on a chipset, by a driver. */
function ran(machine: string, chipset: string, driver = "2.6.12-rc2") {
  const trace = lawfulTrace(
    setupOf(`${machine} gart`, {
      chipset: chipsets.find(({ name }) => name === chipset)!,
      era: eras.find(({ name }) => name === driver)!,
      workload: workloadOf(...bound),
    }),
  );
  const events = [...trace.events()];
  const written = events.flatMap(({ op, event }) =>
    event.kind === "outside.written" ? [{ op, ...event }] : [],
  );
  const returned = (op: number) =>
    events.flatMap((one) => (one.op === op && one.event.kind === "op.ended" ? [one.event] : []))[0]!
      .result.ret;
  const { word, checks } = judgedOf(trace).judgement;
  const found = checks.find(({ check }) => check === "entry-outside")!.count;
  return { events, written, bind: returned(2), unbind: returned(3), word, found };
}

describe("a block of four pages at -2", () => {
  test("lies with two words in the page before the table of a G5, and the call returns 0", () => {
    const { written, bind, unbind, word, found } = ran("ppc64-g5", "u3");
    expect([bind, unbind, word, found]).toEqual([0, 0, "wrong", 4]);
    expect(written.map(({ op, entry, frame }) => [op, entry, frame])).toEqual([
      ...[-2, -1].map((entry) => [2, entry, 0x100f]),
      ...[-2, -1].map((entry) => [3, entry, 0x100f]),
    ]);
  });

  test("goes to registers of the i810, below its window, and stays there when it is unbound", () => {
    const { events, bind, unbind, found } = ran("native-i386", "i810");
    expect([bind, unbind, found]).toEqual([0, 0, 2]);
    const meant = events.flatMap(({ event }) =>
      event.kind === "register.written" && event.virt != null
        ? [raw(event.register) % 2 ** 20]
        : [],
    );
    expect(meant).toEqual([0xfff8, 0xfffc]);
  });

  test("is not looked at where it would be busy on a UniNorth, whose loop is over at once", () => {
    const { events, bind, unbind } = ran("ppc32-mac", "uninorth");
    expect([bind, unbind]).toEqual([0, 0]);
    const reads = events.filter(({ op, event }) => op === 2 && event.kind === "outside.read");
    expect(reads).toHaveLength(1);
    expect(events.some(({ op, event }) => op === 3 && event.kind === "gatt.written")).toBe(false);
  });

  test.each([
    ["intel-440bx", "write to unmapped ioremap address (guard page)"],
    ["amd-irongate", "NULL/invalid pointer dereference"],
  ])("kills the task on %s", (chipset, text) => {
    const { events, bind, written } = ran("native-i386", chipset);
    expect([bind, written]).toEqual(["oops", []]);
    const faults = events.flatMap(({ event }) => (event.kind === "fault.raised" ? [event] : []));
    expect(faults).toMatchObject([{ fault: "oops", text }]);
  });

  test.each([
    ["native-i386", "intel-440bx", -22],
    ["native-i386", "amd-irongate", "oops"],
    ["native-i386", "i810", 0],
    ["ppc64-g5", "u3", 0],
  ])("is refused in 2.6.18 by the generic code alone: %s with %s", (machine, chipset, ret) => {
    expect(ran(machine, chipset, "2.6.18").bind).toBe(ret);
  });

  test("cannot be unbound from a UniNorth in 2.6.18, for there the generic code unbinds", () => {
    const { bind, unbind } = ran("ppc32-mac", "uninorth", "2.6.18");
    expect([bind, unbind]).toEqual([0, -22]);
  });
});
