// page-maps.ts - tables of two levels, a page at a time, as the drivers of K7, ATI and ServerWorks have them.
//
// The three have copies of the same code. The pages of such a table need not be contiguous: under Xen only each
// page's own address must be translated.

import { asWord, directoryIndex, gattIndex, type Virt } from "../address.ts";
import { mapPageIntoAgp, unmapPageFromAgp } from "../platform/agp-header.ts";
import type { DeviceAddress } from "../platform/kernel.ts";
import {
  type AgpMemory,
  type ApertureSize,
  type Bridge,
  EBUSY,
  EINVAL,
  ENOMEM,
  isEmpty,
  type PageMap,
} from "./bridge.ts";
import { endOf } from "./generic.ts";

export const ENTRIES_A_PAGE = 1024;

/** amd_irongate_sizes and ati_generic_sizes: every size takes single pages, so no smaller one is tried. */
export const twoLevelSizes: readonly ApertureSize[] = [
  [2048, 0xc],
  [1024, 0xa],
  [512, 0x8],
  [256, 0x6],
  [128, 0x4],
  [64, 0x2],
  [32, 0x0],
].map(([size, value]) => ({ size: size!, entries: size! * 256, order: 0, value: value! }));

/** What a page of the table is for: a directory of either kind, or the entries from `first` on. */
type Use = "directory" | "scratch-directory" | { readonly first: number };

/** What differs between the three. */
export interface Style {
  /** The prefix of the driver's function names. */
  readonly prefix: string;
  /** Calls map_page_into_agp instead of the first cache flush. */
  readonly pagesUncached?: boolean;
  /** Whether each write is followed by a read of the same word. */
  readonly readsBack: boolean;
}

/** create_page_map: a page of the table, filled with the scratch word; null where it cannot be had. */
export function createPageMap(bridge: Bridge, style: Style, use: Use): PageMap | null {
  const place = `${style.prefix}_create_page_map`;
  const { arch, hooks, remap } = bridge.board;
  const { kernel } = arch;
  const by = { actor: "driver", place } as const;
  const real = kernel.allocate("__get_free_page", 0, nameOf(use), place);
  if (real === null) return null;
  kernel.attribute("reserved", real, 1, by);
  if (style.pagesUncached) mapPageIntoAgp(kernel, real, bridge.board.era.flushesEachPage);
  else kernel.wbinvd(place);
  const remapped = remap.map(hooks.toDevice(arch, real, place), 1, place);
  if (remapped === null) {
    kernel.attribute("unreserved", real, 1, by);
    kernel.free("free_page", real, 0, nameOf(use), place);
    return null;
  }
  kernel.wbinvd(place);
  const map = { real, remapped };
  for (let i = 0; i < ENTRIES_A_PAGE; i++) fill(bridge, style, map, use, i);
  return map;
}

function fill(bridge: Bridge, style: Style, { remapped }: PageMap, use: Use, i: number): void {
  const place = `${style.prefix}_create_page_map`;
  const { access } = bridge.board;
  if (typeof use === "object") {
    const through = { mapping: remapped, first: use.first };
    access.write(through, gattIndex(use.first + i), bridge.scratchPage, null, place);
    if (style.readsBack) access.read(through, gattIndex(use.first + i), place);
  } else {
    access.writeDirectory(use, remapped, directoryIndex(i), bridge.scratchPage, null, place);
    if (style.readsBack) access.readDirectory(use, directoryIndex(i), place);
  }
}

export function freePageMap(bridge: Bridge, style: Style, map: PageMap, use: Use): void {
  const by = { actor: "driver", place: `${style.prefix}_free_page_map` } as const;
  const { arch, era } = bridge.board;
  const { kernel } = arch;
  if (style.pagesUncached) unmapPageFromAgp(kernel, map.real, era.flushesEachPage);
  bridge.board.remap.unmap(map.remapped, by.place);
  kernel.attribute("unreserved", map.real, 1, by);
  kernel.free("free_page", map.real, 0, nameOf(use), by.place);
}

const nameOf = (use: Use) => (typeof use === "object" ? "gatt" : use);

/** create_gatt_pages: the pages that hold the entries; null, with none left, where one cannot be had. */
export function createGattPages(bridge: Bridge, style: Style): PageMap[] | null {
  const made: PageMap[] = [];
  for (let first = 0; first < bridge.currentSize.entries; first += ENTRIES_A_PAGE) {
    const map = createPageMap(bridge, style, { first });
    if (map === null) {
      freeGattPages(bridge, style, made);
      return null;
    }
    made.push(map);
  }
  return made;
}

export function freeGattPages(bridge: Bridge, style: Style, maps: readonly PageMap[]): void {
  for (const [i, map] of maps.entries())
    freePageMap(bridge, style, map, { first: i * ENTRIES_A_PAGE });
}

/** The directory and the pages of entries of a table without a scratch directory; 0 or -ENOMEM. */
export function createPageMaps(bridge: Bridge, style: Style): number {
  bridge.pageMaps = [];
  const directory = createPageMap(bridge, style, "directory");
  if (directory === null) return ENOMEM;
  const pages = createGattPages(bridge, style);
  if (pages === null) {
    freePageMap(bridge, style, directory, "directory");
    return ENOMEM;
  }
  bridge.pageMaps = [directory, ...pages];
  return 0;
}

/** The address of each page of entries into the directory. */
export function fillDirectory(
  bridge: Bridge,
  style: Style,
  give: (page: Virt) => DeviceAddress,
): void {
  const place = `${style.prefix}_create_gatt_table`;
  const { access, chipset } = bridge.board;
  const { reach, relative } = chipset.directory!;
  const first = relative ? 0 : Math.floor(bridge.gartBusAddr / reach);
  const [directory, ...pages] = bridge.pageMaps;
  for (const [i, page] of pages.entries()) {
    const address = give(page.real);
    const word = asWord(address.bus, 32) + 1;
    access.writeDirectory(
      "directory",
      directory!.remapped,
      directoryIndex(first + i),
      word,
      address,
      place,
    );
    if (style.readsBack) access.readDirectory("directory", directoryIndex(first + i), place);
  }
}

export function freePageMaps(bridge: Bridge, style: Style): void {
  const [directory, ...pages] = bridge.pageMaps;
  freeGattPages(bridge, style, pages);
  freePageMap(bridge, style, directory!, "directory");
  bridge.pageMaps = [];
  bridge.gattBusAddr = null;
}

/** The mapping that an entry is in, which is its table page's. */
function through(bridge: Bridge, entry: number, place: string) {
  const page = Math.floor(entry / ENTRIES_A_PAGE);
  // gatt_pages[-1]: what lies before the array in memory is taken for a pointer to such a page.
  if (page < 0) {
    const { kernel } = bridge.board.arch;
    return kernel.oops("NULL/invalid pointer dereference", null, place);
  }
  return { mapping: bridge.pageMaps[page + 1]!.remapped, first: page * ENTRIES_A_PAGE };
}

/** insert_memory: nothing is written unless every entry is free. */
export function insertMemory(
  bridge: Bridge,
  style: Style,
  mem: AgpMemory,
  pgStart: number,
): number {
  const place = `${style.prefix}_insert_memory`;
  const { access } = bridge.board;
  if (mem.type !== 0) return EINVAL;
  if (endOf(bridge, mem, pgStart) > bridge.currentSize.entries) return EINVAL;
  // As in the generic one, nothing is looked at before the table.
  const end = pgStart < 0 ? pgStart : pgStart + mem.memory.length;
  for (let j = pgStart; j < end; j++) {
    let word = access.read(through(bridge, j, place), gattIndex(j), place);
    if (word !== 0) word = access.read(through(bridge, j, place), gattIndex(j), place);
    if (!isEmpty(bridge, word)) return EBUSY;
  }
  for (const [i, address] of mem.memory.entries()) {
    const entry = pgStart + i;
    access.write(
      through(bridge, entry, place),
      gattIndex(entry),
      bridge.driver.maskMemory(address.bus),
      address,
      place,
    );
    if (style.readsBack) access.read(through(bridge, entry, place), gattIndex(entry), place);
  }
  bridge.driver.tlbFlush(bridge);
  return 0;
}

/** remove_memory: without a cache flush, unlike the generic one. */
export function removeMemory(bridge: Bridge, style: Style, mem: AgpMemory): number {
  const place = `${style.prefix}_remove_memory`;
  const { access } = bridge.board;
  const end = mem.pgStart < 0 ? mem.pgStart : mem.pgStart + mem.memory.length;
  for (let i = mem.pgStart; i < end; i++) {
    access.write(through(bridge, i, place), gattIndex(i), bridge.scratchPage, null, place);
    if (style.readsBack) access.read(through(bridge, i, place), gattIndex(i), place);
  }
  bridge.driver.tlbFlush(bridge);
  return 0;
}
