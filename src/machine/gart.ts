// gart.ts - how GATT events change the state, and how a chipset walks from the aperture to a page.

import {
  type Aperture,
  type Bus,
  distance,
  type Machine,
  offset,
  PAGE_SIZE,
  pageOffset,
  raw,
  untranslated,
  type Virt,
} from "../address.ts";
import type { Held } from "./held-table.ts";
import type { Part } from "./part.ts";
import { nothing } from "./part.ts";
import type { State } from "./state.ts";
import { cpuWord, memoryWord, placeAt, placeOf, writeWord } from "./words.ts";

const DIRECTORY_WORD = 4;

export const gart = {
  "gatt.written": (state, event, seq) => {
    const place = entryPlace(state, event);
    if (place !== null) writeWord(state, place, { word: event.word, seq });
  },
  "gatt.read": nothing,
  "directory.written": (state, event, seq) => {
    const place = placeOf(state.directory, event.entry, DIRECTORY_WORD);
    if (place !== null) writeWord(state, place, { word: event.word, seq });
  },
  "directory.read": nothing,
  "scratch-directory.written": (state, event, seq) => {
    const place = placeOf(state.scratchDirectory, event.entry, DIRECTORY_WORD);
    if (place !== null) writeWord(state, place, { word: event.word, seq });
  },
  "scratch-directory.read": nothing,
} satisfies Part;

/**
 * Where the word of an access to the GATT is. With `virt` it went through the chipset's own window, which
 * stands for the table at the chipset's base register; without, through the driver's mapping of the table.
 */
export function entryPlace(
  state: State,
  { entry, virt }: { readonly entry: number; readonly virt?: Virt | null },
): number | null {
  const { chipset } = state.nature;
  const bytes = chipset?.entry.bytes ?? 4;
  if (virt == null) return placeOf(state.table, entry, bytes);
  const base = chipset?.tableBase(state)?.base;
  return base === undefined ? null : placeAt(base, entry * bytes);
}

/** The table as the CPU sees it through its mapping, by entry; 0 where nothing was written. */
export function* entriesOf(state: State): Generator<[number, number]> {
  const bytes = state.nature.chipset?.entry.bytes ?? 4;
  const count = (state.table.size * PAGE_SIZE) / bytes;
  for (let entry = 0; entry < count; entry++)
    yield [entry, cpuWord(state, placeOf(state.table, entry, bytes)!) ?? 0];
}

/** One walk: what the chipset fetched on the way, and where it ended. */
export interface Walk {
  /** The page of the aperture, counted from its base. */
  readonly page: number;
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
  const base = state.nature.chipset?.apertureBase(state) ?? null;
  if (base === null) return null;
  const page = Math.floor(distance(base, address) / PAGE_SIZE);
  const cached = state.tlb.get(page);
  return cached === undefined
    ? fetch(state, page, pageOffset(address))
    : decoded(state, page, null, cached, pageOffset(address));
}

/** The same walk past the TLB: what lies in memory for this page of the aperture. */
export function fetch(state: State, page: number, within = 0): Walk | null {
  const { chipset } = state.nature;
  const base = chipset?.apertureBase(state) ?? null;
  const table = chipset?.tableBase(state, page) ?? null;
  if (chipset === null || base === null || table === null) return null;
  const { bytes } = chipset.entry;
  if (chipset.directory === null)
    return outcome(state, page, offset(table.base, page * bytes), table.seq, within);
  // Two levels: the directory goes by the absolute address of the aperture, or by that from its base.
  const address = (chipset.directory.relative ? 0 : raw(base)) + page * PAGE_SIZE;
  const slot = offset(table.base, Math.floor(address / chipset.directory.reach) * DIRECTORY_WORD);
  const entry = memoryWord(state, placeAt(slot, 0)) ?? { word: 0, seq: table.seq };
  const second = chipset.directory.decode(entry.word);
  const fetched = untranslated(slot);
  if (second === null)
    return { page, fetched, word: 0, bus: null, reached: null, cause: entry.seq };
  const index = Math.floor((address % chipset.directory.reach) / PAGE_SIZE);
  return outcome(state, page, offset(second, index * bytes), entry.seq, within);
}

/** What the word at an address says; `from` is the event that gave the address. */
function outcome(state: State, page: number, at: Bus, from: number, within: number): Walk {
  const held = memoryWord(state, placeAt(at, 0)) ?? { word: 0, seq: from };
  return decoded(state, page, untranslated(at), held, within);
}

function decoded(
  state: State,
  page: number,
  fetched: Machine | null,
  { word, seq }: Held,
  within: number,
): Walk {
  const bus = state.nature.chipset!.entry.decode(word);
  const reached = bus === null ? null : offset(untranslated(bus), within);
  return { page, fetched, word, bus, reached, cause: seq };
}
