// table-words.ts - the words of tables, where they lie in machine memory and which of them are still in a cache.
//
// The CPU and a chipset can look at different frames for the same entry; only memory can settle what each
// of them sees. A word is kept by its machine address in units of four bytes.

import { type Bus, PAGE_SIZE, raw } from "../address.ts";
import type { State } from "./state.ts";
import type { TablePages } from "./table-pages.ts";
import type { Cell } from "./word-table.ts";

const WORD = 4;
const WORDS_A_PAGE = PAGE_SIZE / WORD;

/** Where an entry's word is, seen through the CPU's mapping of the table; null past the table's end. */
export function placeOf(pages: TablePages, entry: number, bytes: number): number | null {
  const at = entry * bytes;
  const frame = pages.frameOf(Math.floor(at / PAGE_SIZE));
  return frame === undefined || at < 0 ? null : frame * WORDS_A_PAGE + (at % PAGE_SIZE) / WORD;
}

/** Where a machine address is, in words. */
export const placeAt = (address: Bus, bytes: number): number =>
  Math.floor((raw(address) + bytes) / WORD);

/** Bits 0 to 51 of a word of 64 bits and those above it, as events have them. */
const HALF = 2 ** 52;
export const whole = ({
  word,
  high,
}: {
  readonly word: number;
  readonly high?: number | null | undefined;
}) => word + (high ?? 0) * HALF;
export const halves = (word: number): { readonly word: number; readonly high?: number } =>
  word < HALF ? { word } : { word: word % HALF, high: Math.floor(word / HALF) };

/** An entry of eight bytes lies in two places, bits 0 to 51 in the first. */
const isWide = (state: State): boolean => state.nature.chipset?.entry.bytes === 8;

/** The CPU writes an entry of the table. */
export function writeEntry(state: State, place: number, held: Cell): void {
  const { word, high } = halves(held.word);
  writeWord(state, place, { ...held, word });
  if (isWide(state)) writeWord(state, place + 1, { ...held, word: high ?? 0 });
}

/** What the CPU reads there; undefined where this run wrote nothing. */
export function cpuEntry(state: State, place: number): number | undefined {
  const word = cpuWord(state, place);
  if (word === undefined || !isWide(state)) return word;
  return whole({ word, high: cpuWord(state, place + 1) ?? 0 });
}

/** What hardware reads there. */
export function memoryEntry(state: State, place: number): Cell | undefined {
  const held = memoryWord(state, place);
  if (held === undefined || !isWide(state)) return held;
  return { ...held, word: whole({ word: held.word, high: state.words.get(place + 1) ?? 0 }) };
}

/** The CPU writes a word; where the table is mapped cached, it stays in the cache until it is flushed. */
export function writeWord(state: State, place: number, held: Cell): void {
  if (state.nature.chipset?.cachedTable === true) state.dirty.set(place, held);
  else keep(state, place, held);
}

/** What the CPU reads there; undefined where this run wrote nothing. */
export const cpuWord = (state: State, place: number): number | undefined =>
  state.dirty.get(place)?.word ?? state.words.get(place);

/** What hardware reads there: memory, as far as it was written and flushed. */
export function memoryWord(state: State, place: number): Cell | undefined {
  const word = state.words.get(place);
  return word === undefined ? undefined : { word, seq: state.written.get(place)! };
}

/** A data-cache flush of so many bytes of the frames from `place` on. */
export function flushWords(state: State, place: number, bytes: number): void {
  if (state.dirty.size === 0) return;
  for (const [at, held] of state.dirty.entries(place, place + bytes / WORD - 1)) {
    keep(state, at, held);
    state.dirty.delete(at);
  }
}

function keep(state: State, place: number, { word, seq }: Cell): void {
  state.words.set(place, word);
  state.written.set(place, seq);
}
