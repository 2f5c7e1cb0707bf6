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
import type { Held, State } from "./state.ts";

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
  readonly cause: number;
}

/**
 * Follows an address that an AGP master issues: TLB, table base register, entry, page. What the GART puts
 * out goes to memory untranslated: it does not pass another IOMMU (LKML 2005-03-17, Mackerras).
 * Null where the chipset's registers name no table yet.
 */
export function walk(state: State, address: Aperture): Walk | null {
  const base = state.nature.chipset?.apertureBase(state.registers) ?? null;
  if (base === null) return null;
  const page = Math.floor(distance(base, address) / PAGE_SIZE);
  const cached = state.tlb.get(page);
  return cached === undefined
    ? fetch(state, page, pageOffset(address))
    : outcome(state, page, null, cached, pageOffset(address));
}

/** The same walk past the TLB: what lies in memory for this page of the aperture. */
export function fetch(state: State, page: number, within = 0): Walk | null {
  const { chipset } = state.nature;
  const table = chipset?.tableBase(state.registers) ?? null;
  if (chipset === null || table === null) return null;
  const { bytes } = chipset.entry;
  const fetched = offset(untranslated(table.base), page * bytes);
  const tablePage = state.tableFrames.get(raw(mfnOf(fetched)));
  if (tablePage === undefined)
    return outcome(state, page, fetched, { word: 0, seq: table.seq }, within);
  const index = (tablePage * PAGE_SIZE + pageOffset(fetched)) / bytes;
  const held = { word: state.gatt.get(index) ?? 0, seq: state.gattWritten.get(index) ?? table.seq };
  return outcome(state, page, fetched, held, within);
}

function outcome(
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
