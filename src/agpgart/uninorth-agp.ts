// uninorth-agp.ts - drivers/char/agp/uninorth-agp.c: the U3 of the PowerMac G5.
//
// The table is ordinary cached memory: what the CPU stores, hardware sees after a flush of the data cache.

import { offset, PAGE_SIZE, raw, type Virt } from "../address.ts";
import { u3 } from "../chipset/u3.ts";
import { plainTable } from "../hooks/functions.ts";
import type { TableMemory } from "../hooks/hooks.ts";
import { PCI_AGP_COMMAND, PCI_AGP_STATUS } from "../platform/pci.ts";
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

const BRIDGE = u3.bridge.device;
const GART_BASE = 0x8c;
const AGP_BASE = 0x90;
const GART_CTRL = 0x94;
const DUMMY_PAGE = 0xa4;
const INVAL = 0x1;
const ENABLE = 0x100;
const PERFRD = 0x80000;
const AGP_ENABLE = 0x100;
const LINEAR = { linear: true } as const;
/** The request queue of these revisions holds seven (device-rev 0x30 to 0x33). */
const QUEUE_DEPTH = 7;

const sizes: readonly ApertureSize[] = [
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

export const u3Driver: BridgeDriver = {
  ...generic,
  name: "agpgart-uninorth",
  probe: "agp_uninorth_probe",
  remove: "agp_uninorth_remove",
  sizes,
  needsScratchPage: true,
  cantUseAperture: true,
  noFastWrites: true,
  fetchSize,
  configure,
  cleanup,
  tlbFlush,
  maskMemory: raw,
  createGattTable,
  freeGattTable,
  insertMemory,
  removeMemory,
  enable,
  cacheFlush: (bridge) => bridge.board.arch.kernel.mb("null_cache_flush"),
};

/** An unknown size code means 256 MB, not an error. */
function fetchSize(bridge: Bridge): number {
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
  const low = (raw(table.bus) % 2 ** 32) - (raw(table.bus) % PAGE_SIZE);
  pci.write(BRIDGE, GART_BASE, 4, low + value, place, table);
  bridge.gartBusAddr = 0;
  pci.write(BRIDGE, AGP_BASE, 4, Math.floor(raw(table.bus) / 2 ** 32) & 0xf, place);
  pci.write(BRIDGE, DUMMY_PAGE, 4, Math.floor(raw(bridge.scratchPageReal!.bus) / PAGE_SIZE), place);
  return 0;
}

function cleanup(bridge: Bridge): void {
  const place = "uninorth_cleanup";
  const { pci } = bridge.board;
  const control = pci.read(BRIDGE, GART_CTRL, 4, place);
  // The GART is on only since the first TLB flush.
  if ((control & ENABLE) === 0) return;
  pci.write(BRIDGE, GART_CTRL, 4, control | INVAL, place);
  pci.write(BRIDGE, GART_CTRL, 4, 0, place);
}

function tlbFlush({ board: { pci } }: Bridge): void {
  const control = ENABLE | PERFRD;
  pci.write(BRIDGE, GART_CTRL, 4, control | INVAL, "uninorth_tlbflush");
  pci.write(BRIDGE, GART_CTRL, 4, control, "uninorth_tlbflush");
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
  for (let i = 0; i < entries; i++) access.write(LINEAR, i, 0, null, place);
  kernel.flushDcacheRange(table.virt, pages * PAGE_SIZE - 1, place);
  return 0;
}

/** The loop forgets to advance its size pointer: it asks for the same order until it runs out of sizes. */
function allocateTable(bridge: Bridge, place: string): TableMemory | null {
  const { arch, hooks } = bridge.board;
  const { order } = bridge.currentSize;
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

function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "u3_insert_memory";
  const { access, arch } = bridge.board;
  const { kernel } = arch;
  if (mem.type !== 0) return EINVAL;
  if (endOf(bridge, mem, pgStart) > bridge.currentSize.entries) return EINVAL;
  for (let i = 0; i < mem.memory.length; i++) {
    const word = access.read(LINEAR, pgStart + i, place);
    if (word === 0) continue;
    kernel.printk(
      "default",
      `${place}: entry 0x${i.toString(16)} occupied (${word.toString(16)})`,
      place,
    );
    return EBUSY;
  }
  for (const [i, given] of mem.memory.entries()) {
    const word = Math.floor(raw(given.bus) / PAGE_SIZE) + 2 ** 31;
    access.write(LINEAR, pgStart + i, word, given, place);
    // __va of what the hook gave: another page's lines wherever that is not a physical address.
    kernel.flushDcacheRange(kernel.va(given.bus), PAGE_SIZE, place);
  }
  kernel.mb(place);
  kernel.flushDcacheRange(entryAt(bridge, pgStart), mem.memory.length * 4, place);
  tlbFlush(bridge);
  return 0;
}

function removeMemory(bridge: Bridge, mem: AgpMemory): void {
  const place = "u3_remove_memory";
  const { access, arch } = bridge.board;
  for (let i = 0; i < mem.memory.length; i++) access.write(LINEAR, mem.pgStart + i, 0, null, place);
  arch.kernel.mb(place);
  arch.kernel.flushDcacheRange(entryAt(bridge, mem.pgStart), mem.memory.length * 4, place);
  tlbFlush(bridge);
}

const entryAt = (bridge: Bridge, entry: number): Virt =>
  offset(bridge.gattTableReal!.virt, entry * 4);

/** uninorth_agp_enable: writes the command and reads it until it sticks. */
function enable(bridge: Bridge, requested: number): void {
  const place = "uninorth_agp_enable";
  const { pci } = bridge.board;
  const status = pci.read(BRIDGE, bridge.capndx + PCI_AGP_STATUS, 4, place);
  const common = collectDeviceStatus(bridge, requested, status) | AGP_ENABLE;
  const depth = Math.min(Math.floor(common / 2 ** 24) & 0xff, QUEUE_DEPTH);
  const command = depth * 2 ** 24 + (common & 0xffffff);
  tlbFlush(bridge);
  pci.write(BRIDGE, bridge.capndx + PCI_AGP_COMMAND, 4, command, place);
  pci.read(BRIDGE, bridge.capndx + PCI_AGP_COMMAND, 4, place);
  deviceCommand(bridge, command, (status & MODE_3_0) !== 0);
  tlbFlush(bridge);
}
