// evidence.test.ts - what the events have set, told apart from what no event ever showed.

import { expect, test } from "vitest";
import { bus, machine, mfn, offset } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { Evidence } from "../../src/replay/evidence.ts";
import { pc, registerAt, registerSet } from "../machine/happens.ts";

/** The evidence of these events beside a state that has forgotten them all. */
function evidenceOf(...events: readonly object[]): Evidence {
  const evidence = new Evidence(new State(pc));
  for (const event of events) evidence.see({ actor: "driver", ...event } as Event);
  return evidence;
}

const [FORGOTTEN, UNKNOWN] = [null, undefined];
const frame = mfn(5);
const wrote = { kind: "cpu.wrote", frame, tag: 1, machine: machine(0x5000) };
const deviceWrote = { kind: "device.wrote", actor: "device", frame, tag: 1, bus: bus(0) };

test("a register is forgotten where every byte of it was written or read before", () => {
  const read = (size: number) =>
    ({
      kind: "register.read",
      actor: "driver",
      register: registerAt(0x50),
      word: 0,
      size,
    }) as const;
  expect(evidenceOf().register(read(4))).toBe(UNKNOWN);
  expect(evidenceOf(registerSet(0x50, 1)).register(read(4))).toBe(FORGOTTEN);
  expect(evidenceOf(read(2)).register(read(2))).toBe(FORGOTTEN);
  expect(evidenceOf(read(2)).register(read(4))).toBe(UNKNOWN);
});

test("the AGP status is not known by a write, which it ignores", () => {
  const status = {
    kind: "register.read",
    actor: "driver",
    register: registerAt(0xa4),
    word: 0,
    size: 4,
  } as const;
  expect(evidenceOf(registerSet(0xa4, 1)).register(status)).toBe(UNKNOWN);
});

test("the content of a frame is forgotten where the CPU or a device wrote it", () => {
  const tagAfter = (...events: readonly object[]) => evidenceOf(...events).tag(frame, undefined);
  expect(tagAfter()).toBe(UNKNOWN);
  expect(tagAfter(wrote)).toBe(FORGOTTEN);
  expect(tagAfter(deviceWrote)).toBe(FORGOTTEN);
  expect(evidenceOf(wrote).tag(frame, 7)).toBe(7);
  expect(evidenceOf(wrote).tag(offset(frame, 1), undefined)).toBe(UNKNOWN);
});

test("what no tag stands for is not known: a copy, a write without one, a frame that was given back, a gap", () => {
  const ends = [
    { kind: "page.copied", frame, size: 512 },
    { ...deviceWrote, tag: null },
    { kind: "p2m.cleared", page: 1 },
    { kind: "events.lost", count: 1 },
  ];
  for (const end of ends)
    expect(evidenceOf(wrote, end).tag(frame, undefined), end.kind).toBe(UNKNOWN);
  const nowhere = { ...deviceWrote, frame: null };
  expect(evidenceOf(wrote, nowhere).tag(frame, undefined)).toBe(FORGOTTEN);
});
