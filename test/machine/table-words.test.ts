// table-words.test.ts - where the words of a table lie in memory, and entries of 64 bits, which lie in two of them.

import { describe, expect, test } from "vitest";
import { gattIndex, machine, wordIndex, wordIndexOf } from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { type Nature, State } from "../../src/machine/state.ts";
import {
  cpuEntry,
  entryWord,
  flushWords,
  halves,
  memoryEntry,
  memoryWord,
  whole,
  writeEntry,
} from "../../src/machine/table-words.ts";
import { allocated, happens, pc } from "./happens.ts";

const HALF = 2 ** 52;
const at = wordIndex;

describe("an entry's word", () => {
  const { table } = happens(new State(pc), allocated(9, 1, "gatt"), allocated(4, 1, "gatt"));

  test("lies in the table's pages in the order of their allocation, four bytes an entry", () => {
    expect(entryWord(table, gattIndex(0), 4)).toBe(9 * 1024);
    expect(entryWord(table, gattIndex(1023), 4)).toBe(9 * 1024 + 1023);
    expect(entryWord(table, gattIndex(1024), 4)).toBe(4 * 1024);
    expect(entryWord(table, gattIndex(513), 8)).toBe(4 * 1024 + 2);
  });

  test("is nowhere before the table and past its end", () => {
    expect(entryWord(table, gattIndex(-1), 4)).toBeNull();
    expect(entryWord(table, gattIndex(2047), 4)).toBe(4 * 1024 + 1023);
    expect(entryWord(table, gattIndex(2048), 4)).toBeNull();
  });

  test("that a machine address names is counted in four bytes", () => {
    expect(wordIndexOf(machine(0x900c))).toBe(9 * 1024 + 3);
    expect(wordIndexOf(machine(0x9003))).toBe(9 * 1024);
  });
});

describe("64 bits of a word", () => {
  test.each([
    [0, { word: 0 }],
    [HALF - 1, { word: HALF - 1 }],
    [HALF, { word: 0, high: 1 }],
    [3 * HALF + 7 * 2 ** 12, { word: 7 * 2 ** 12, high: 3 }],
  ])("%d are bits 0 to 51 and, where there are any, those above", (word, parts) => {
    expect(halves(word)).toEqual(parts);
    expect(whole(parts)).toBe(word);
  });

  test("are none above where an event has none", () => {
    expect(whole({ word: 5, high: null })).toBe(5);
  });
});

const natures = (cachedTable: boolean): Nature => ({
  ...pc,
  chipset: { ...intel440bx, cachedTable, entry: { ...intel440bx.entry, bytes: 8 } },
});
const WORD = 5 * HALF + 0xabcd000;

describe("an entry of eight bytes", () => {
  test("is read by CPU and hardware as it was written, with the event that wrote it", () => {
    const state = new State(natures(false));
    writeEntry(state, at(40), { word: WORD, seq: 3 });
    expect(cpuEntry(state, at(40))).toBe(WORD);
    expect(memoryEntry(state, at(40))).toEqual({ word: WORD, seq: 3 });
    expect([...state.words.entries()]).toEqual([
      [40, 0xabcd000],
      [41, 5],
    ]);
  });

  test("loses its upper bits when one without such is written over it", () => {
    const state = new State(natures(false));
    writeEntry(state, at(40), { word: WORD, seq: 3 });
    writeEntry(state, at(40), { word: 0x1000, seq: 4 });
    expect(memoryEntry(state, at(40))).toEqual({ word: 0x1000, seq: 4 });
    expect(cpuEntry(state, at(40))).toBe(0x1000);
  });

  test("has no upper bits where only its lower word was ever written", () => {
    const state = new State(natures(false));
    state.words.set(at(40), 0x1000);
    state.written.set(at(40), 1);
    expect(cpuEntry(state, at(40))).toBe(0x1000);
    expect(memoryEntry(state, at(40))).toEqual({ word: 0x1000, seq: 1 });
  });

  test("is unknown where nothing was written", () => {
    const state = new State(natures(false));
    expect([cpuEntry(state, at(40)), memoryEntry(state, at(40))]).toEqual([undefined, undefined]);
  });

  test("stays in the cache with both its words until they are flushed", () => {
    const state = new State(natures(true));
    writeEntry(state, at(40), { word: WORD, seq: 3 });
    expect(cpuEntry(state, at(40))).toBe(WORD);
    expect(memoryEntry(state, at(40))).toBeUndefined();
    flushWords(state, at(40), 8);
    expect(memoryEntry(state, at(40))).toEqual({ word: WORD, seq: 3 });
    expect(state.dirty.size).toBe(0);
  });
});

test("an entry of four bytes leaves the next word alone", () => {
  const state = new State(pc);
  writeEntry(state, at(40), { word: 0xabcd017, seq: 3 });
  writeEntry(state, at(41), { word: 0x777d017, seq: 4 });
  expect([40, 41].map((place) => cpuEntry(state, at(place)))).toEqual([0xabcd017, 0x777d017]);
  expect(memoryEntry(state, at(40))).toEqual({ word: 0xabcd017, seq: 3 });
});

test("a machine of unknown chipset has entries of four bytes, written to memory at once", () => {
  const state = new State({ ...pc, chipset: null });
  writeEntry(state, at(40), { word: 0xabcd017, seq: 3 });
  expect(memoryEntry(state, at(40))).toEqual({ word: 0xabcd017, seq: 3 });
  expect(state.words.size).toBe(1);
});

describe("a flush", () => {
  const cached: Nature = { ...pc, chipset: { ...intel440bx, cachedTable: true } };
  const dirty = () => {
    const state = new State(cached);
    for (const [seq, place] of [40, 41, 42, 43].entries())
      writeEntry(state, at(place), { word: place * 10, seq: seq + 1 });
    return state;
  };

  test("of some bytes moves the words that begin in them, each with the event that wrote it", () => {
    const state = dirty();
    flushWords(state, at(41), 8);
    expect([40, 41, 42, 43].map((place) => memoryWord(state, at(place)))).toEqual([
      undefined,
      { word: 410, seq: 2 },
      { word: 420, seq: 3 },
      undefined,
    ]);
    expect([...state.dirty].map(([place]) => place)).toEqual([40, 43]);
  });

  test("of clean words moves nothing", () => {
    const state = dirty();
    flushWords(state, at(100), 64);
    expect([state.dirty.size, state.words.size]).toEqual([4, 0]);
  });
});
