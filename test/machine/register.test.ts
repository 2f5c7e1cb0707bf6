// register.test.ts - a register holds what was written last, or what its first reading showed.

import { expect, test } from "vitest";
import type { State } from "../../src/machine/state.ts";
import { type Happening, happens, pc, registerAt, registerSet, stateAfter } from "./happens.ts";

const shown = (word: number): Happening => ({
  kind: "register.read",
  register: registerAt(0x10),
  word,
  size: 4,
});

const shows = (state: State, offset = 0x10, bytes = 4) => state.register(registerAt(offset), bytes);
/** A byte, a word or a long of the register file, written. */
const written = (offset: number, size: number, word: number): Happening => ({
  kind: "register.written",
  register: registerAt(offset),
  word,
  size,
});

test("a register that nobody wrote holds what its first reading showed", () => {
  const state = stateAfter(pc, shown(0xe0000008), shown(0xffffffff));
  expect(shows(state)).toEqual({ word: 0xe0000008, seq: 1 });
  expect(shows(state, 0x14, 1)).toBeUndefined();
});

test("a write counts from then on, whatever a reading shows", () => {
  const state = stateAfter(pc, shown(0xe0000008), registerSet(0x10, 0xd0000008), shown(0xe0000008));
  expect(shows(state)).toEqual({ word: 0xd0000008, seq: 2 });
  happens(state, registerSet(0x10, 0));
  expect(shows(state)).toEqual({ word: 0, seq: 4 });
});

test("registers do not disturb each other", () => {
  const state = stateAfter(pc, registerSet(0xb0, 0x2200), registerSet(0xb8, 0x01230000));
  expect(shows(state, 0xb0)).toEqual({ word: 0x2200, seq: 1 });
  expect(shows(state, 0xb8)).toEqual({ word: 0x01230000, seq: 2 });
  expect(shows(state, 0xb4)).toBeUndefined();
});

test("a bit set in a byte is met in the word around it, and the other way round", () => {
  const state = stateAfter(pc, written(0x50, 2, 0), written(0x51, 1, 0x02));
  expect(shows(state, 0x50, 2)).toEqual({ word: 0x200, seq: 2 });
  happens(state, written(0x50, 4, 0xfedcba98));
  expect(shows(state, 0x51, 1)).toEqual({ word: 0xba, seq: 3 });
  expect(shows(state, 0x50)).toEqual({ word: 0xfedcba98, seq: 3 });
});

test("a word is unknown as long as one of its bytes is, and a reading fills in only what was", () => {
  const state = stateAfter(pc, written(0x11, 1, 0x02));
  expect(shows(state, 0x10, 2)).toBeUndefined();
  happens(state, shown(0xffffffff));
  expect(shows(state)).toEqual({ word: 0xffff02ff, seq: 2 });
});

test("a register keeps what its chipset says it keeps", () => {
  const forgetful = { ...pc.chipset!, keeps: () => 7 };
  const state = stateAfter({ ...pc, chipset: forgetful }, registerSet(0xb8, 0x01231000));
  expect(shows(state, 0xb8)).toEqual({ word: 7, seq: 1 });
});

test("the AGP status of a device ignores a write, and the register beside it does not", () => {
  const state = stateAfter(pc, written(0xa4, 4, 1), written(0xa8, 4, 2));
  expect(shows(state, 0xa4)).toBeUndefined();
  expect(shows(state, 0xa8)).toEqual({ word: 2, seq: 2 });
  // A device without the capability has a plain register there.
  const bare = { ...pc.chipset!, devices: [{ name: "0000:00:00.0", agp: 0, isDisplay: false }] };
  const plain = stateAfter({ ...pc, chipset: bare }, written(0x4, 4, 3), written(0xa4, 4, 1));
  expect([shows(plain, 0x4)?.word, shows(plain, 0xa4)?.word]).toEqual([3, 1]);
});
