// table-words.ts - the words of tables, where they lie in machine memory and which of them are still in a cache.
//
// The CPU and a chipset can look at different frames for the same entry; what each of them reads is decided by
// memory alone.

import {
  type DirectoryIndex,
  entryOffset,
  type GattIndex,
  type Mfn,
  machineOf,
  offset,
  PAGE_SIZE,
  tablePage,
  WORD_SIZE,
  type WordIndex,
  wordIndexOf,
} from "../address.ts";
import type { State } from "./state.ts";
import type { TablePages } from "./table-pages.ts";
import type { Cell } from "./word-table.ts";

/** Where an entry's word is, seen through the CPU's mapping of the table; null outside the table. */
export function entryWord(
  pages: TablePages,
  entry: GattIndex | DirectoryIndex,
  bytes: number,
): WordIndex | null {
  const at = entryOffset(entry, bytes);
  const frame = pages.frameOf(tablePage(Math.floor(at / PAGE_SIZE)));
  return frame === undefined ? null : wordIndexOf(offset(machineOf(frame), at % PAGE_SIZE));
}

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

/** An entry of eight bytes is two words: bits 0 to 51 in the first. */
const isWide = (state: State): boolean => state.nature.chipset?.entry.bytes === 8;

/** The CPU writes an entry of the table. */
export function writeEntry(state: State, at: WordIndex, cell: Cell): void {
  const { word, high } = halves(cell.word);
  writeWord(state, at, { word, seq: cell.seq });
  if (isWide(state)) writeWord(state, offset(at, 1), { word: high ?? 0, seq: cell.seq });
}

/** What the CPU reads there; undefined where no event wrote anything. */
export function cpuEntry(state: State, at: WordIndex): number | undefined {
  const word = cpuWord(state, at);
  if (word === undefined || !isWide(state)) return word;
  return whole({ word, high: cpuWord(state, offset(at, 1)) ?? 0 });
}

/** The same of the entries from a word on, as many as the list has; 0 where nothing was written. */
export function cpuEntries(state: State, first: WordIndex, entries: Float64Array): void {
  memoryEntries(state, first, entries);
  if (state.dirty.size === 0) return;
  const words = isWide(state) ? 2 : 1;
  for (let i = 0; i < entries.length; i++)
    entries[i] = cpuEntry(state, offset(first, i * words)) ?? 0;
}

/** What hardware reads there, and the seq of the write of it. */
export function memoryEntry(state: State, at: WordIndex): Cell | undefined {
  const word = memoryEntryWord(state, at);
  return word === undefined ? undefined : { word, seq: state.written.get(at)! };
}

/** What hardware reads there. */
export function memoryEntryWord(state: State, at: WordIndex): number | undefined {
  const word = state.words.get(at);
  if (word === undefined || !isWide(state)) return word;
  return whole({ word, high: state.words.get(offset(at, 1)) ?? 0 });
}

/** The same of the entries from a word on, as many as the list has; 0 where nothing was written. */
export function memoryEntries(state: State, first: WordIndex, entries: Float64Array): void {
  if (!isWide(state)) {
    state.words.copyTo(first, entries);
    return;
  }
  const words = new Float64Array(2 * entries.length);
  state.words.copyTo(first, words);
  for (let i = 0; i < entries.length; i++)
    entries[i] = whole({ word: words[2 * i]!, high: words[2 * i + 1]! });
}

/** The CPU writes a word; where the table is mapped cached, it stays in the cache until it is flushed. */
export function writeWord(state: State, at: WordIndex, cell: Cell): void {
  if (state.nature.chipset?.cachedTable === true) state.dirty.set(at, cell);
  else writeMemory(state, at, cell);
}

/** What the CPU reads there; undefined where no event wrote anything. */
export const cpuWord = (state: State, at: WordIndex): number | undefined =>
  (state.dirty.size === 0 ? undefined : state.dirty.tables.word.get(at)) ?? state.words.get(at);

/** What hardware reads there: memory, as far as it was written and flushed. */
export function memoryWord(state: State, at: WordIndex): Cell | undefined {
  const word = state.words.get(at);
  return word === undefined ? undefined : { word, seq: state.written.get(at)! };
}

/** A data-cache flush of so many bytes from a word on. */
export function flushWords(state: State, at: WordIndex, bytes: number): void {
  if (state.dirty.size === 0) return;
  for (const [word, cell] of state.dirty.entries(at, offset(at, bytes / WORD_SIZE - 1))) {
    writeMemory(state, word, cell);
    state.dirty.delete(word);
  }
}

/** What a frame holds is unknown from here on: it has another owner. */
export function forgetWords(state: State, frame: Mfn): void {
  const first = wordIndexOf(machineOf(frame));
  const last = offset(first, PAGE_SIZE / WORD_SIZE - 1);
  state.words.deleteAll(first, last);
  state.written.deleteAll(first, last);
}

function writeMemory(state: State, at: WordIndex, { word, seq }: Cell): void {
  state.words.set(at, word);
  state.written.set(at, seq);
}
