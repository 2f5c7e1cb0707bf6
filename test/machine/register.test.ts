// register.test.ts - a register holds what was written last, or what its first reading showed.

import { expect, test } from "vitest";
import { type Happening, happens, pc, registerAt, registerSet, stateAfter } from "./happens.ts";

const shown = (word: number): Happening => ({
  kind: "register.read",
  register: registerAt(0x10),
  word,
  size: 4,
});

test("a register that nobody wrote holds what its first reading showed", () => {
  const state = stateAfter(pc, shown(0xe0000008), shown(0xffffffff));
  expect(state.registers.get(registerAt(0x10))).toEqual({ word: 0xe0000008, seq: 1 });
});

test("a write counts from then on, whatever a reading shows", () => {
  const state = stateAfter(pc, shown(0xe0000008), registerSet(0x10, 0xd0000008), shown(0xe0000008));
  expect(state.registers.get(registerAt(0x10))).toEqual({ word: 0xd0000008, seq: 2 });
  happens(state, registerSet(0x10, 0));
  expect(state.registers.get(registerAt(0x10))).toEqual({ word: 0, seq: 4 });
});

test("registers do not disturb each other", () => {
  const state = stateAfter(pc, registerSet(0xb0, 0x2200), registerSet(0xb8, 0x01230000));
  expect([...state.registers]).toEqual([
    [registerAt(0xb0), { word: 0x2200, seq: 1 }],
    [registerAt(0xb8), { word: 0x01230000, seq: 2 }],
  ]);
});
