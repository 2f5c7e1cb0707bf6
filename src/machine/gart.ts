// gart.ts - how GATT events change the state, and how a chipset walks from the aperture to a page.

import {
  type Aperture,
  aperture,
  type Bus,
  distance,
  entryOffset,
  type GattIndex,
  gattIndex,
  type Machine,
  type Mfn,
  machineOf,
  offset,
  PAGE_SIZE,
  pageOffset,
  type RegisterIndex,
  restOf,
  tablePage,
  untranslated,
  type Virt,
  WORD_SIZE,
  type WordIndex,
  wordIndexOf,
} from "../address.ts";
import type { Chipset, Registers } from "../chipset/chipset.ts";
import { type FamilyAppliers, nothing } from "./appliers.ts";
import type { State } from "./state.ts";
import {
  cpuEntries,
  entryWord,
  halves,
  memoryEntries,
  memoryEntry,
  memoryWord,
  whole,
  writeEntry,
  writeWord,
} from "./table-words.ts";
import type { Cell } from "./word-table.ts";

export const gart = {
  "gatt.written": (state, event, seq) => {
    const at = accessedWord(state, event);
    if (at !== null) writeEntry(state, at, { word: whole(event), seq });
    // The chipset sees a write through its own window, and drops the entry from its TLB.
    if (event.virt != null) state.tlb.delete(event.entry);
  },
  "gatt.read": nothing,
  "directory.written": (state, event, seq) => {
    const at = entryWord(state.directory, event.entry, WORD_SIZE);
    if (at !== null) writeWord(state, at, { word: event.word, seq });
  },
  "directory.read": nothing,
  "scratch-directory.written": (state, event, seq) => {
    const at = entryWord(state.scratchDirectory, event.entry, WORD_SIZE);
    if (at !== null) writeWord(state, at, { word: event.word, seq });
  },
  "scratch-directory.read": nothing,
  "outside.written": (state, event, seq) => {
    writeEntry(state, outsideWord(event), { word: whole(event), seq });
    // Whatever the page held, it holds no longer as it was.
    state.content.delete(event.frame);
    state.unflushed.delete(event.frame);
  },
  "outside.read": nothing,
} satisfies FamilyAppliers;

/** Where a word outside the table is: the page's frame, and the byte within it at which the CPU looks. */
export const outsideWord = ({ frame, virt }: { readonly frame: Mfn; readonly virt: Virt }) =>
  wordIndexOf(offset(machineOf(frame), pageOffset(virt)));

/**
 * Where the word of an access to the GATT is. With `virt` it went through the chipset's own window, which
 * stands for the table at the chipset's base register; without, through the driver's mapping of the table.
 */
export function accessedWord(
  state: State,
  { entry, virt }: { readonly entry: GattIndex; readonly virt?: Virt | null },
): WordIndex | null {
  const { chipset } = state.nature;
  const bytes = chipset?.entry.bytes ?? 4;
  if (virt == null)
    return entryWord(state.table, offset(entry, chipset?.entriesBefore ?? 0), bytes);
  const base = chipset?.tableBase(state)?.base;
  return base === undefined
    ? null
    : wordIndexOf(untranslated(offset(base, entryOffset(entry, bytes))));
}

/** How many entries the table has. */
export function entryCount({ table, nature: { chipset } }: State): number {
  return (table.size * PAGE_SIZE) / (chipset?.entry.bytes ?? 4) - (chipset?.entriesBefore ?? 0);
}

/** The words of the table as the CPU sees it through its mapping, by entry; 0 where nothing was written. Hot (bench: page). */
export function cpuTable(state: State): Float64Array {
  const { chipset } = state.nature;
  const bytes = chipset?.entry.bytes ?? 4;
  const before = chipset?.entriesBefore ?? 0;
  const onPage = PAGE_SIZE / bytes;
  const words = new Float64Array(state.table.size * onPage);
  for (let page = Math.floor(before / onPage); page < state.table.size; page++) {
    const first = wordIndexOf(machineOf(state.table.frameOf(tablePage(page))!));
    cpuEntries(state, first, words.subarray(page * onPage, (page + 1) * onPage));
  }
  return words.subarray(before);
}

/** The same as pairs. */
export const entriesOf = (state: State): [GattIndex, number][] =>
  Array.from(cpuTable(state), (word, entry) => [gattIndex(entry), word]);

/** Where an entry of the table lies, through the CPU's mapping of it. */
export const entryAt = (state: State, entry: GattIndex): WordIndex =>
  accessedWord(state, { entry })!;

/** The seq of the write of an entry, as the CPU sees it; 0 where nobody wrote it. */
export function writtenAt(state: State, entry: GattIndex): number {
  const at = entryAt(state, entry);
  return state.dirty.get(at)?.seq ?? state.written.get(at) ?? 0;
}

/** Bytes of the aperture behind an entry. */
export const reachOf = ({ entry }: Chipset): number => entry.reach ?? PAGE_SIZE;

/** One walk: what the chipset fetched on the way, and where it ended. */
export interface Walk {
  /** The page of the aperture, counted from its base; it has the size that an entry stands for. */
  readonly page: GattIndex;
  /** The machine address of the word fetched; null on a TLB hit. */
  readonly fetched: Machine | null;
  /** The word, 0 where the address fetched from is no table of ours. */
  readonly word: number;
  /** Where the page is, by that word; null where the word names none. */
  readonly bus: Bus | null;
  readonly reached: Machine | null;
  /** The seq of the write that decided: the entry's, or the table base register's. */
  readonly cause: number;
}

/**
 * Follows an address that an AGP master issues: TLB, table base register, entry, page. What the GART puts
 * out goes to memory untranslated: it does not pass another IOMMU (LKML 2005-03-17, Mackerras).
 * Null where the chipset's registers name no table yet.
 */
export function walk(state: State, address: Aperture): Walk | null {
  const { chipset } = state.nature;
  if (chipset === null) return null;
  const base = chipset.apertureBase(state);
  if (base === null) return null;
  const reach = reachOf(chipset);
  const page = gattIndex(Math.floor(distance(base, address) / reach));
  const within = restOf(distance(base, address), reach);
  const cached = cachedEntry(state, page);
  return cached === undefined
    ? fetch(state, page, within, base)
    : decoded(state, page, null, cached, within);
}

/** The GART's TLB takes an entry. */
export function cacheEntry(state: State, page: GattIndex, cell: Cell): void {
  const { word, high } = halves(cell.word);
  state.tlb.set(page, { word, seq: cell.seq });
  if (high === undefined) state.tlbHigh.delete(page);
  else state.tlbHigh.set(page, high);
}

/** The entry that the TLB has for a page of the aperture; undefined where it has none. */
export function cachedEntry(state: State, page: GattIndex): Cell | undefined {
  const cell = state.tlb.get(page);
  if (cell === undefined || state.tlbHigh.size === 0) return cell;
  return { word: whole({ word: cell.word, high: state.tlbHigh.get(page) }), seq: cell.seq };
}

/** The registers as a state has them, each put together once: for whoever fetches a whole table at one moment. */
export function registersAt(state: State): Registers {
  const known: { first: RegisterIndex; bytes: number; cell: Cell | undefined }[] = [];
  return {
    register: (first, bytes) => {
      // Few are asked for, in turns.
      for (const one of known) if (one.first === first && one.bytes === bytes) return one.cell;
      const cell = state.register(first, bytes);
      known.push({ first, bytes, cell });
      return cell;
    },
  };
}

/** The same walk past the TLB: what lies in memory for this page of the aperture. */
export function fetch(
  state: State,
  page: GattIndex,
  within = 0,
  base = state.nature.chipset?.apertureBase(state) ?? null,
  registers: Registers = state,
): Walk | null {
  const { chipset } = state.nature;
  if (chipset === null) return null;
  const table = chipset.tableBase(registers, page);
  if (base === null || table === null) return null;
  if (chipset.directory === null)
    return outcome(state, page, entryIn(chipset, table.base, page), table.seq, within);
  // Two levels: the directory goes by the absolute address of the aperture, or by that from its base.
  const address = distance(
    chipset.directory.relative ? base : aperture(0),
    offset(base, entryOffset(page, PAGE_SIZE)),
  );
  const slot = offset(table.base, Math.floor(address / chipset.directory.reach) * WORD_SIZE);
  const entry = memoryWord(state, wordIndexOf(untranslated(slot))) ?? { word: 0, seq: table.seq };
  const second = chipset.directory.decode(entry.word);
  const fetched = untranslated(slot);
  if (second === null)
    return { page, fetched, word: 0, bus: null, reached: null, cause: entry.seq };
  const index = Math.floor((address % chipset.directory.reach) / PAGE_SIZE);
  return outcome(state, page, offset(second, index * chipset.entry.bytes), entry.seq, within);
}

/**
 * The words of the table as they lie in memory where the chipset fetches them, by entry, as `fetch` finds them; NaN
 * where the registers name no table. Where each of several registers has a part of the table, a part is whole pages of
 * it. Hot (bench: page).
 */
export function chipsetTable(state: State): Float64Array {
  const { chipset } = state.nature;
  const words = new Float64Array(Math.max(0, entryCount(state))).fill(Number.NaN);
  const registers = registersAt(state);
  const base = chipset?.apertureBase(registers) ?? null;
  if (chipset === null || base === null) return words;
  if (chipset.directory !== null)
    return words.map((none, i) => fetch(state, gattIndex(i), 0, base, registers)?.word ?? none);
  const onPage = PAGE_SIZE / chipset.entry.bytes;
  for (let page = 0; page < words.length; page += onPage) {
    const table = chipset.tableBase(registers, gattIndex(page));
    if (table === null) continue;
    const first = wordIndexOf(untranslated(entryIn(chipset, table.base, gattIndex(page))));
    memoryEntries(state, first, words.subarray(page, page + onPage));
  }
  return words;
}

/** Where the entry of a page of the aperture is in a table. */
const entryIn = ({ entriesBefore = 0, entry }: Chipset, base: Bus, page: GattIndex): Bus =>
  offset(base, entryOffset(offset(page, entriesBefore), entry.bytes));

/** What the word at an address says; `from` is the event that gave the address. */
function outcome(state: State, page: GattIndex, at: Bus, from: number, within: number): Walk {
  const cell = memoryEntry(state, wordIndexOf(untranslated(at))) ?? { word: 0, seq: from };
  return decoded(state, page, untranslated(at), cell, within);
}

function decoded(
  state: State,
  page: GattIndex,
  fetched: Machine | null,
  { word, seq }: Cell,
  within: number,
): Walk {
  const bus = state.nature.chipset!.entry.decode(word);
  const reached = bus === null ? null : offset(untranslated(bus), within);
  return { page, fetched, word, bus, reached, cause: seq };
}
