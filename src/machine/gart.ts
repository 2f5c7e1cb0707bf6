// gart.ts - how GATT events change the state, and how a chipset walks from the aperture to a page.

import {
  type Aperture,
  type Bus,
  distance,
  type Machine,
  mfnOf,
  offset,
  PAGE_SIZE,
  pageOffset,
  raw,
  untranslated,
} from "../address.ts";
import type { Part } from "./part.ts";
import { nothing } from "./part.ts";
import type { State } from "./state.ts";

export const gart = {
  "gatt.written": (state, event, seq) => {
    state.gatt.set(event.entry, event.word);
    state.gattWritten.set(event.entry, seq);
  },
  "gatt.read": nothing,
  "directory.written": (state, event) => {
    state.directory.set(event.entry, event.word);
  },
  "directory.read": nothing,
} satisfies Part;

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
  readonly cause: number | null;
}

/**
 * Follows an address that an AGP master issues: TLB, table base register, entry, page. What the GART puts
 * out goes to memory untranslated: it does not pass another IOMMU (LKML 2005-03-17, Mackerras).
 * Null where the chipset's registers name no table yet.
 */
export function walk(state: State, address: Aperture): Walk | null {
  const chipset = state.nature.chipset;
  const base = chipset?.apertureBase(state.registers) ?? null;
  const table = chipset?.tableBase(state.registers) ?? null;
  if (chipset === null || base === null || table === null) return null;
  const page = Math.floor(distance(base, address) / PAGE_SIZE);
  const cached = state.tlb.get(page);
  if (cached !== undefined) return walked(page, null, cached.word, cached.seq);
  const fetched = offset(untranslated(table.base), page * chipset.entry.bytes);
  const tablePage = state.tableFrames.get(raw(mfnOf(fetched)));
  if (tablePage === undefined) return walked(page, fetched, 0, table.seq);
  const index = (tablePage * PAGE_SIZE + pageOffset(fetched)) / chipset.entry.bytes;
  return walked(page, fetched, state.gatt.get(index) ?? 0, state.gattWritten.get(index) ?? null);

  function walked(page: number, fetched: Machine | null, word: number, cause: number | null): Walk {
    const bus = chipset!.entry.decode(word);
    const within = pageOffset(address);
    const reached = bus === null ? null : offset(untranslated(bus), within);
    return { page, fetched, word, bus, reached, cause };
  }
}
