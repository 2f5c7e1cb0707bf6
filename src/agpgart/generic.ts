// generic.ts - generic.c's functions for a GATT of one level: create, free, insert and remove.
//
// Order of operations as in drivers/char/agp/generic.c.

import { gattIndex, PAGE_SIZE } from "../address.ts";
import type { TableMemory } from "../hooks/hooks.ts";
import { globalCacheFlush } from "../platform/agp-header.ts";
import type { DeviceAddress } from "../platform/kernel.ts";
import type { Through } from "../platform/table-access.ts";
import {
  type AgpMemory,
  type Bridge,
  type BridgeDriver,
  EBUSY,
  EINVAL,
  ENOMEM,
  isEmpty,
} from "./bridge.ts";
import { enable } from "./enable.ts";
import { allocPage, destroyPage } from "./memory.ts";

/** The functions of generic.c, which a driver uses where it has none of its own. */
export const generic = {
  detect,
  needsScratchPage: false,
  cantUseAperture: false,
  createGattTable,
  freeGattTable,
  insertMemory,
  removeMemory,
  allocByType: () => null,
  freeByType: () => {},
  allocPage,
  destroyPage,
  enable,
  cacheFlush: (bridge, place) => bridge.board.arch.kernel.wbinvd(place),
} satisfies Partial<BridgeDriver>;

/** Logs which chipset the probe found. */
export function detect({ board, driver }: Bridge): void {
  const { detected } = board.chipset;
  if (detected !== null) board.arch.kernel.printk("info", `agpgart: ${detected}`, driver.probe);
}

/** agp_generic_create_gatt_table: 0 or -ENOMEM; falls back to smaller apertures. */
function createGattTable(bridge: Bridge): number {
  const place = "agp_generic_create_gatt_table";
  const { arch, hooks, remap, access } = bridge.board;
  const { kernel } = arch;
  const table = allocateTable(bridge, place);
  if (table === null) return ENOMEM;
  const pages = 2 ** bridge.currentSize.order;
  // Reserved first: native ioremap refuses RAM that is in ordinary use.
  kernel.attribute("reserved", table.virt, pages, { actor: "driver", place });
  bridge.driver.cacheFlush(bridge, place);
  const window = remap.map(hooks.toDevice(arch, table.virt, place), pages, place);
  bridge.driver.cacheFlush(bridge, place);
  if (window === null) {
    kernel.attribute("unreserved", table.virt, pages, { actor: "driver", place });
    hooks.freeTable(arch, table, bridge.currentSize.order, place);
    return ENOMEM;
  }
  bridge.gattTable = window;
  bridge.gattBusAddr = hooks.tableBase?.(table) ?? hooks.toDevice(arch, table.virt, place);
  bridge.gattTableReal = table;
  for (let i = 0; i < bridge.currentSize.entries; i++) {
    access.write(
      { mapping: window },
      gattIndex(i),
      bridge.scratchPage,
      bridge.scratchPageReal,
      place,
    );
    access.read({ mapping: window }, gattIndex(i), place); // PCI posting
  }
  return 0;
}

/** Tries the size that the chipset reports, then those behind its index in the driver's list. */
function allocateTable(bridge: Bridge, place: string): TableMemory | null {
  const { arch, hooks } = bridge.board;
  const { sizes, fixedSize } = bridge.driver;
  for (let i = bridge.apertureSizeIdx; ; ) {
    const table = hooks.allocateTable(arch, bridge.currentSize.order, place);
    if (table !== null) {
      bridge.apertureSizeIdx = i;
      return table;
    }
    // A driver of fixed sizes tries once: its chipset cannot use a smaller table.
    const next = fixedSize ? undefined : sizes[++i];
    if (next === undefined) return null;
    bridge.currentSize = next;
  }
}

/** agp_generic_free_gatt_table: the order is that of the current size. */
function freeGattTable(bridge: Bridge): void {
  const place = "agp_generic_free_gatt_table";
  const { arch, hooks, remap } = bridge.board;
  const table = bridge.gattTableReal!;
  const { order } = bridge.currentSize;
  remap.unmap(bridge.gattTable!, place);
  arch.kernel.attribute("unreserved", table.virt, 2 ** order, { actor: "driver", place });
  hooks.freeTable(arch, table, order, place);
  bridge.gattTable = null;
  bridge.gattTableReal = null;
  bridge.gattBusAddr = null;
}

/** agp_generic_insert_memory: nothing is written unless every entry is free. */
function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "agp_generic_insert_memory";
  if (mem.type !== 0) return EINVAL;
  if (bridge.board.era.refusesWrap && wraps(mem, pgStart)) return EINVAL;
  const refused = scan(bridge, mem, pgStart, place);
  if (refused !== 0) return refused;
  fill({ mapping: bridge.gattTable! }, bridge, mem, pgStart, place);
  bridge.driver.tlbFlush(bridge);
  return 0;
}

/** The checks of every insert function: -EINVAL out of range, -EBUSY over a used entry, else 0. */
export function scan(bridge: Bridge, mem: AgpMemory, pgStart: number, place: string): number {
  const { access } = bridge.board;
  if (endOf(bridge, mem, pgStart) > entriesOf(bridge)) return EINVAL;
  // With such a start the scan's unsigned comparison is false at once: no entry is read.
  if (pgStart < 0) return 0;
  for (let j = pgStart; j < pgStart + mem.memory.length; j++) {
    // PGE_EMPTY is a macro: a word that is not zero is read a second time.
    let found = access.read({ mapping: bridge.gattTable! }, gattIndex(j), place);
    if (found !== 0) found = access.read({ mapping: bridge.gattTable! }, gattIndex(j), place);
    if (!isEmpty(bridge, found)) return EBUSY;
  }
  return 0;
}

/** agp_num_entries: without those that the kernel keeps for its own IOMMU. */
function entriesOf({ board, currentSize }: Bridge): number {
  const reserved = board.arch.kernel.platform.agpReserved / PAGE_SIZE;
  return Math.max(0, currentSize.entries - reserved);
}

/**
 * pg_start + page_count as C adds them, unsigned: below zero it is very large, but a start just below zero
 * gives a small end, which passes the range check.
 */
export function endOf(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const end = pgStart + mem.memory.length;
  return end < 0 ? end + 2 ** bridge.board.arch.kernel.platform.wordBits : end;
}

/** pg_start + page_count < pg_start, unsigned: a start below zero, and an end that is not. */
const wraps = ({ memory }: AgpMemory, pgStart: number): boolean =>
  pgStart < 0 && pgStart + memory.length >= 0;

/** Writes the entries of a block, each followed by a read for PCI posting. */
export function fill(
  through: Through,
  bridge: Bridge,
  mem: AgpMemory,
  pgStart: number,
  place: string,
  wordOf: (page: DeviceAddress) => number = ({ bus }) => bridge.driver.maskMemory(bus),
): void {
  const { access } = bridge.board;
  for (const [i, address] of mem.memory.entries()) {
    access.write(through, gattIndex(pgStart + i), wordOf(address), address, place);
    access.read(through, gattIndex(pgStart + i), place);
  }
}

/**
 * Writes the scratch page's word over the entries of a block; over none where it begins before the table, for the
 * loop's unsigned comparison is false at once.
 */
export function empty(through: Through, bridge: Bridge, mem: AgpMemory, place: string): void {
  const { access } = bridge.board;
  if (mem.pgStart < 0) return;
  for (let i = mem.pgStart; i < mem.pgStart + mem.memory.length; i++) {
    access.write(through, gattIndex(i), bridge.scratchPage, bridge.scratchPageReal, place);
    access.read(through, gattIndex(i), place);
  }
}

/** agp_generic_remove_memory: does not check that the entries at pg_start are the block's own. */
function removeMemory(bridge: Bridge, mem: AgpMemory): number {
  const place = "agp_generic_remove_memory";
  const { era } = bridge.board;
  if (era.refusesWrap && endOf(bridge, mem, mem.pgStart) > entriesOf(bridge)) return EINVAL;
  if (era.refusesWrap && wraps(mem, mem.pgStart)) return EINVAL;
  // UniNorth's table is in the kernel's linear mapping.
  const { gattTable } = bridge;
  empty(gattTable === null ? { linear: true } : { mapping: gattTable }, bridge, mem, place);
  globalCacheFlush(bridge.board.arch.kernel, place);
  bridge.driver.tlbFlush(bridge);
  return 0;
}
