// pci.test.ts - configuration space keeps what is written to it, but for the AGP status register.

import { expect, test } from "vitest";
import { chipsets } from "../../src/chipset/index.ts";
import { bdfOf, registerNumber } from "../../src/event/register.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { Pci } from "../../src/platform/pci.ts";
import { wordAt } from "../../src/platform/register-access.ts";
import { held } from "../replay/stored.ts";
import { Board } from "./board.ts";

const BRIDGE = "0000:00:00.0";
const [intel440bx] = chipsets;
const boardOf = () => {
  const board = new Board(nativeI386);
  return { board, pci: new Pci(board.kernel, intel440bx!) };
};

test("a byte, a word and a long word lie over each other, low byte first", () => {
  const { pci } = boardOf();
  pci.write(BRIDGE, 0x50, 4, 0x12345678, "a test");
  expect(pci.read(BRIDGE, 0x50, 2, "a test")).toBe(0x5678);
  pci.write(BRIDGE, 0x51, 1, 0xff, "a test");
  expect(pci.read(BRIDGE, 0x50, 4, "a test")).toBe(0x1234ff78);
  expect(pci.read("0000:01:00.0", 0x50, 4, "a test")).toBe(0);
});

test("at power-on the registers hold what the recordings begin with", () => {
  const { pci } = boardOf();
  expect(pci.read(BRIDGE, 0x10, 4, "a test")).toBe(0xe0000008);
  expect(pci.read(BRIDGE, 0xb4, 2, "a test")).toBe(0x30);
  expect(pci.read(BRIDGE, 0xa4, 4, "a test")).toBe(0x1f000203);
});

test("a write to the AGP status register happens, and changes nothing", () => {
  const { board, pci } = boardOf();
  const events = board.during(() => pci.write(BRIDGE, 0xa4, 4, 0, "a test"));
  expect(events).toMatchObject([{ kind: "register.written", word: 0 }]);
  expect(pci.read(BRIDGE, 0xa4, 4, "a test")).toBe(0x1f000203);
});

test("all of it is in the state: what the events leave is what is read, also from a copy", () => {
  const { board, pci } = boardOf();
  pci.write(BRIDGE, 0xb8, 4, 0x12345000, "a test");
  pci.write(BRIDGE, 0xa4, 4, 0, "a test");
  pci.write(BRIDGE, 0xb4, 2, 0x38, "a test");
  const { state } = board.kernel;
  const replayed = new State(state.nature);
  for (const { seq, event } of board.events) apply(replayed, event, seq);
  expect(held(replayed)).toBe(held(state));
  const copy = state.copy();
  pci.write(BRIDGE, 0xb8, 4, 0, "a test");
  const wordIn = (state: State, offset: number) =>
    wordAt(state, registerNumber("config", bdfOf(BRIDGE), offset), 4);
  expect([wordIn(copy, 0xb8), wordIn(state, 0xb8)]).toEqual([0x12345000, 0]);
  expect(wordIn(replayed, 0xb4)).toBe(0x38);
});

test("a byte that was changed in the state is read so: there is no other copy of it", () => {
  const { board, pci } = boardOf();
  pci.write(BRIDGE, 0x50, 1, 0x12, "a test");
  const register = registerNumber("config", bdfOf(BRIDGE), 0x50);
  board.kernel.state.registers.set(register, { word: 0x34, seq: 1 });
  expect(pci.read(BRIDGE, 0x50, 1, "a test")).toBe(0x34);
});

test("switching the graphics TLB off empties it, switching it on does not", () => {
  const { board, pci } = boardOf();
  const flushes = (word: number) =>
    board
      .during(() => pci.write(BRIDGE, 0xb0, 4, word, "a test"))
      .filter(({ kind }) => kind === "tlb.flushed").length;
  expect([flushes(0x2200), flushes(0x2280)]).toEqual([1, 0]);
});
