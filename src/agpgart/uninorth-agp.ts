// uninorth-agp.ts - drivers/char/agp/uninorth-agp.c: the host bridges of PowerMacs, from UniNorth to U3.
//
// The table is in cached memory: hardware sees the CPU's stores only after a flush of the data cache.

import { alignDown, asWord, gattIndex, offset, PAGE_SIZE, type Virt } from "../address.ts";
import { PCI_AGP_COMMAND, PCI_AGP_STATUS } from "../chipset/agp-capability.ts";
import { u3 } from "../chipset/u3.ts";
import { plainTable } from "../hooks/functions.ts";
import type { TableMemory } from "../hooks/hooks.ts";
import {
  type AgpMemory,
  type ApertureSize,
  type Bridge,
  type BridgeDriver,
  EBUSY,
  EINVAL,
  ENOMEM,
} from "./bridge.ts";
import { collectDeviceStatus, deviceCommand, MODE_3_0 } from "./enable.ts";
import { endOf, generic } from "./generic.ts";
import { resume, suspend } from "./uninorth-power.ts";

const BRIDGE = u3.bridge.device;
const GART_BASE = 0x8c;
const AGP_BASE = 0x90;
const GART_CTRL = 0x94;
const DUMMY_PAGE = 0xa4;
const INVAL = 0x1;
const ENABLE = 0x100;
const PERFRD = 0x80000;
const RESET_2X = 0x10000;
const AGP_ENABLE = 0x100;
const RATE_4X = 4;
/** device-rev of the U3 that is described here, and the last one whose TLB flush ends in a reset. */
const U3_REVISION = 0x33;
const RESETS = 0x30;
const LINEAR = { linear: true } as const;
/** The request queue of these revisions holds seven (device-rev 0x30 to 0x33). */
const QUEUE_DEPTH = 7;

const u3Sizes: readonly ApertureSize[] = [
  [512, 7, 128],
  [256, 6, 64],
  [128, 5, 32],
  [64, 4, 16],
  [32, 3, 8],
  [16, 2, 4],
  [8, 1, 2],
  [4, 0, 1],
].map(([size, order, value]) => ({
  size: size!,
  entries: size! * 256,
  order: order!,
  value: value!,
}));

const common = {
  ...generic,
  name: "agpgart-uninorth",
  probe: "agp_uninorth_probe",
  remove: "agp_uninorth_remove",
  cantUseAperture: true,
  noFastWrites: true,
  fetchSize,
  maskMemory: (address) => asWord(address),
  createGattTable,
  freeGattTable,
  cacheFlush: (bridge) => bridge.board.arch.kernel.mb("null_cache_flush"),
  suspend,
  resume,
} satisfies Partial<BridgeDriver>;

export const u3Driver: BridgeDriver = {
  ...common,
  sizes: u3Sizes,
  needsScratchPage: true,
  configure(bridge) {
    configure(bridge);
    const frame = Math.floor(asWord(bridge.scratchPageReal!.bus) / PAGE_SIZE);
    bridge.board.pci.write(BRIDGE, DUMMY_PAGE, 4, frame, "uninorth_configure");
    return 0;
  },
  cleanup: (bridge) => cleanup(bridge, U3_REVISION),
  tlbFlush: (bridge) => tlbFlush(bridge, U3_REVISION),
  insertMemory: insertU3,
  removeMemory: removeU3,
  enable(bridge, requested) {
    const { status, common } = agreed(bridge, requested);
    const depth = Math.min(Math.floor(common / 2 ** 24), QUEUE_DEPTH);
    command(bridge, depth * 2 ** 24 + (common & 0xffffff), (status & MODE_3_0) !== 0);
  },
};

/** A UniNorth of this device-rev, as the device tree has it. */
const uninorthDriver = (revision: number): BridgeDriver => ({
  ...common,
  // No aperture above 32 MB.
  sizes: u3Sizes.slice(4),
  configure,
  cleanup: (bridge) => cleanup(bridge, revision),
  tlbFlush: (bridge) => tlbFlush(bridge, revision),
  insertMemory: insertUninorth,
  enable(bridge, requested) {
    const { common } = agreed(bridge, requested);
    // Darwin does not use 4x on this revision. The bit is cleared after the rate was chosen: none is left.
    command(
      bridge,
      revision === 0x21 && (common & RATE_4X) !== 0 ? common - RATE_4X : common,
      false,
    );
  },
});

export const uninorth07Driver = uninorthDriver(0x07);
export const uninorth15Driver = uninorthDriver(0x21);

/** An unknown size code means the second of the sizes, not an error. */
function fetchSize(bridge: Bridge): number {
  const { sizes } = bridge.driver;
  const code = bridge.board.pci.read(BRIDGE, GART_BASE, 4, "uninorth_fetch_size") & 0xfff;
  const index = sizes.findIndex(({ value }) => value === code);
  bridge.apertureSizeIdx = index < 0 ? 1 : index;
  bridge.currentSize = sizes[bridge.apertureSizeIdx]!;
  bridge.previousSize = bridge.currentSize;
  return bridge.currentSize.size;
}

function configure(bridge: Bridge): number {
  const place = "uninorth_configure";
  const { pci, arch } = bridge.board;
  const table = bridge.gattBusAddr!;
  const { value } = bridge.currentSize;
  arch.kernel.printk("info", `agpgart: configuring for size idx: ${value}`, place);
  const low = asWord(alignDown(table.bus, PAGE_SIZE), 32);
  pci.write(BRIDGE, GART_BASE, 4, low + value, place, table);
  bridge.gartBusAddr = 0;
  pci.write(BRIDGE, AGP_BASE, 4, Math.floor(asWord(table.bus) / 2 ** 32) & 0xf, place);
  return 0;
}

function cleanup({ board: { pci } }: Bridge, revision: number): void {
  const place = "uninorth_cleanup";
  const control = pci.read(BRIDGE, GART_CTRL, 4, place);
  // The GART is on only after the first TLB flush.
  if ((control & ENABLE) === 0) return;
  pci.write(BRIDGE, GART_CTRL, 4, control | INVAL, place);
  pci.write(BRIDGE, GART_CTRL, 4, 0, place);
  if (revision > RESETS) return;
  pci.write(BRIDGE, GART_CTRL, 4, RESET_2X, place);
  pci.write(BRIDGE, GART_CTRL, 4, 0, place);
}

function tlbFlush({ board: { pci } }: Bridge, revision: number): void {
  const place = "uninorth_tlbflush";
  const control = revision === U3_REVISION ? ENABLE | PERFRD : ENABLE;
  pci.write(BRIDGE, GART_CTRL, 4, control | INVAL, place);
  pci.write(BRIDGE, GART_CTRL, 4, control, place);
  if (revision > RESETS) return;
  pci.write(BRIDGE, GART_CTRL, 4, control | RESET_2X, place);
  pci.write(BRIDGE, GART_CTRL, 4, control, place);
}

function createGattTable(bridge: Bridge): number {
  const place = "uninorth_create_gatt_table";
  const { arch, hooks, access } = bridge.board;
  const { kernel } = arch;
  const { order, entries } = bridge.currentSize;
  const table = allocateTable(bridge, place);
  if (table === null) return ENOMEM;
  const pages = 2 ** order;
  kernel.attribute("reserved", table.virt, pages, { actor: "driver", place });
  bridge.gattTableReal = table;
  bridge.gattBusAddr = hooks.tableBase?.(table) ?? hooks.toDevice(arch, table.virt, place);
  for (let i = 0; i < entries; i++) access.write(LINEAR, gattIndex(i), 0, null, place);
  kernel.flushDcacheRange(table.virt, pages * PAGE_SIZE - 1, place);
  return 0;
}

/** The loop forgets to advance its size pointer: it asks for the same order until it runs out of sizes. */
function allocateTable(bridge: Bridge, place: string): TableMemory | null {
  const { arch, hooks } = bridge.board;
  const { order } = bridge.currentSize;
  const { sizes } = bridge.driver;
  const from = hooks.everyDriver ? hooks : plainTable;
  for (let i = bridge.apertureSizeIdx; i < sizes.length; i++) {
    const table = from.allocateTable(arch, order, place);
    if (table === null) {
      bridge.currentSize = sizes[i + 1] ?? bridge.currentSize;
      continue;
    }
    bridge.apertureSizeIdx = i;
    return table;
  }
  return null;
}

function freeGattTable(bridge: Bridge): void {
  const place = "uninorth_free_gatt_table";
  const { arch, hooks } = bridge.board;
  const { order } = bridge.currentSize;
  const table = bridge.gattTableReal!;
  arch.kernel.attribute("unreserved", table.virt, 2 ** order, { actor: "driver", place });
  (hooks.everyDriver ? hooks : plainTable).freeTable(arch, table, order, place);
  bridge.gattTableReal = null;
  bridge.gattBusAddr = null;
}

/** The checks of both insert functions: -EINVAL out of range, -EBUSY over an entry that is not 0. */
function scan(bridge: Bridge, mem: AgpMemory, pgStart: number, place: string): number {
  const { access, arch } = bridge.board;
  if (mem.type !== 0) return EINVAL;
  if (endOf(bridge, mem, pgStart) > bridge.currentSize.entries) return EINVAL;
  const isU3 = place === "u3_insert_memory";
  // UniNorth's loop compares unsigned: before the table it looks at nothing.
  if (!isU3 && pgStart < 0) return 0;
  for (let i = 0; i < mem.memory.length; i++) {
    const word = access.read(LINEAR, gattIndex(pgStart + i), place);
    if (word === 0) continue;
    if (isU3) {
      const text = `${place}: entry 0x${i.toString(16)} occupied (${word.toString(16)})`;
      arch.kernel.printk("default", text, place);
    }
    return EBUSY;
  }
  return 0;
}

/** The writes of both: the entries, and a flush of each page's lines from the data cache. */
function fill(bridge: Bridge, mem: AgpMemory, pgStart: number, place: string): void {
  const { access, arch, chipset } = bridge.board;
  const { kernel } = arch;
  for (const [i, address] of mem.memory.entries()) {
    access.write(
      LINEAR,
      gattIndex(pgStart + i),
      chipset.entry.encode(address.bus)!,
      address,
      place,
    );
    // __va of the hook's result: where that is no kernel-physical address, another page's lines are flushed.
    kernel.flushDcacheRange(kernel.va(address.bus), PAGE_SIZE, place);
  }
}

function insertU3(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "u3_insert_memory";
  const refused = scan(bridge, mem, pgStart, place);
  if (refused !== 0) return refused;
  fill(bridge, mem, pgStart, place);
  flushTable(bridge, mem, pgStart, place);
  tlbFlush(bridge, U3_REVISION);
  return 0;
}

function insertUninorth(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "uninorth_insert_memory";
  const refused = scan(bridge, mem, pgStart, place);
  if (refused !== 0) return refused;
  fill(bridge, mem, pgStart, place);
  // Only the first entry is read back.
  bridge.board.access.read(LINEAR, gattIndex(pgStart), place);
  flushTable(bridge, mem, pgStart, place);
  bridge.driver.tlbFlush(bridge);
  return 0;
}

/** UniNorth has the generic one, which leaves the table's words in the data cache. */
function removeU3(bridge: Bridge, mem: AgpMemory): number {
  const place = "u3_remove_memory";
  const { access } = bridge.board;
  for (let i = 0; i < mem.memory.length; i++)
    access.write(LINEAR, gattIndex(mem.pgStart + i), 0, null, place);
  flushTable(bridge, mem, mem.pgStart, place);
  tlbFlush(bridge, U3_REVISION);
  return 0;
}

function flushTable(bridge: Bridge, mem: AgpMemory, first: number, place: string): void {
  const { kernel } = bridge.board.arch;
  kernel.mb(place);
  kernel.flushDcacheRange(entryAt(bridge, first), mem.memory.length * 4, place);
}

const entryAt = (bridge: Bridge, entry: number): Virt =>
  offset(bridge.gattTableReal!.virt, entry * 4);

/** The first half of uninorth_agp_enable: the command from the modes of bridge, card and client. */
function agreed(bridge: Bridge, requested: number): { status: number; common: number } {
  const { pci } = bridge.board;
  const status = pci.read(BRIDGE, bridge.capndx + PCI_AGP_STATUS, 4, "uninorth_agp_enable");
  const common = (collectDeviceStatus(bridge, requested, status) | AGP_ENABLE) >>> 0;
  return { status, common };
}

/** The second half: writes the command and reads it back; the driver repeats that until they agree. */
function command(bridge: Bridge, word: number, agp3: boolean): void {
  const place = "uninorth_agp_enable";
  const { pci } = bridge.board;
  bridge.driver.tlbFlush(bridge);
  pci.write(BRIDGE, bridge.capndx + PCI_AGP_COMMAND, 4, word, place);
  pci.read(BRIDGE, bridge.capndx + PCI_AGP_COMMAND, 4, place);
  deviceCommand(bridge, word, agp3);
  bridge.driver.tlbFlush(bridge);
}
