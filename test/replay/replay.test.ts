// replay.test.ts - the machine at any moment is what the events before it made of it.

import { expect, test } from "vitest";
import { pfn } from "../../src/address.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf, stateAt } from "../../src/replay/replay.ts";
import { stateJson } from "../../src/report/state-text.ts";
import { memoryTrace } from "../memory-trace.ts";
import { busyTrace } from "./busy.ts";

test("at every moment of a busy trace the state sought is the state folded so far", () => {
  const trace = busyTrace();
  const folded = new State(natureOf(trace.about));
  expect(stateJson(stateAt(trace, 0), 0n)).toEqual(stateJson(folded, 0n));
  let changes = 0;
  let before = "";
  for (const { seq, event } of trace.events()) {
    apply(folded, event, seq);
    const json = stateJson(folded, 0n);
    expect(stateJson(stateAt(trace, seq), 0n)).toEqual(json);
    const { moment: _, ...state } = json;
    const now = JSON.stringify(state);
    if (now !== before) changes++;
    before = now;
  }
  expect(folded.moment).toBe(trace.count);
  // It is a busy one: not the same state over and over.
  expect(changes).toBeGreaterThan(trace.count / 3);
});

test("at moment 0 nothing is known, and at the end nothing is left but what stays", () => {
  const trace = busyTrace();
  const start = stateAt(trace, 0);
  expect([start.moment, start.op, start.p2m.size, start.registers.size]).toEqual([0, -1, 0, 0]);
  const end = stateAt(trace, trace.count);
  expect([end.moment, end.op, end.allocated.size, end.mappings.size, end.flags.size]).toEqual([
    ...[trace.count, -1, 0, 0, 0],
  ]);
  expect(end.p2m.get(pfn(0x1000))).toBe(0x80000);
});

test("a trace of a chipset that is not known is folded all the same, and decodes nothing", () => {
  const trace = busyTrace();
  const unknown = memoryTrace({ ...trace.about, chipset: "intel-999" }, [...trace.events()]);
  expect(natureOf(unknown.about).chipset).toBeNull();
  expect(stateAt(unknown, unknown.count).p2m.get(pfn(0x1000))).toBe(0x80000);
});
