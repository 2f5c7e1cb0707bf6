// amd-k7-agp.ts - drivers/char/agp/amd-k7-agp.c: the Irongate's two-level table, page by page.
//
// No page of the table has to follow another, so nothing here asks for contiguous memory: under Xen only
// each page's own address must be translated.

import { bus, raw } from "../address.ts";
import { amdIrongate } from "../chipset/amd-irongate.ts";
import type { Given } from "../platform/kernel.ts";
import { setSize } from "./aperture.ts";
import {
  type AgpMemory,
  type Bridge,
  type BridgeDriver,
  EBUSY,
  EINVAL,
  ENOMEM,
  isEmpty,
  type PageMap,
} from "./bridge.ts";
import { endOf, generic } from "./generic.ts";

const BRIDGE = amdIrongate.bridge.device;
const APBASE = 0x10;
const MMBASE = 0x14;
const APSIZE = 0xac;
const MODECNTL = 0xb0;
const MODECNTL2 = 0xb2;
const GARTENABLE = 0x02;
const ATTBASE = 0x04;
const TLBFLUSH = 0x0c;
const ENTRIES_A_PAGE = 1024;
const { reach } = amdIrongate.directory!;

export const amdK7Driver: BridgeDriver = {
  ...generic,
  name: "agpgart-amdk7",
  probe: "agp_amdk7_probe",
  remove: "agp_amdk7_remove",
  detect(bridge) {
    generic.detect(bridge);
    // Erratum 20 of the 751 concerns some graphics cards: the probe looks at the one that is there.
    const { pci } = bridge.board;
    pci.findAgp(pci.devices.find(({ isDisplay }) => isDisplay)!, "agp_amdk7_probe");
  },
  sizes: [
    [2048, 0xc],
    [1024, 0xa],
    [512, 0x8],
    [256, 0x6],
    [128, 0x4],
    [64, 0x2],
    [32, 0x0],
  ].map(([size, value]) => ({ size: size!, entries: size! * 256, order: 0, value: value! })),
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(BRIDGE, APSIZE, 4, "amd_irongate_fetch_size") & 0xe),
  configure,
  cleanup,
  tlbFlush({ board: { mmio } }) {
    mmio.write(TLBFLUSH, 4, 1, "amd_irongate_tlbflush");
    mmio.read(TLBFLUSH, 4, "amd_irongate_tlbflush");
  },
  maskMemory: (address) => raw(address) + 1,
  createGattTable,
  freeGattTable,
  insertMemory,
  removeMemory,
};

/** amd_create_page_map: a page of the table, filled with the scratch word; null where it cannot be had. */
function createPageMap(bridge: Bridge, use: "directory" | "gatt", first: number): PageMap | null {
  const place = "amd_create_page_map";
  const { arch, hooks, remap, access } = bridge.board;
  const { kernel } = arch;
  const by = { actor: "driver", place } as const;
  const real = kernel.allocate("__get_free_page", 0, use, place);
  if (real === null) return null;
  kernel.attribute("reserved", real, 1, by);
  kernel.wbinvd(place);
  const remapped = remap.map(hooks.toDevice(arch, real, place), 1, place);
  if (remapped === null) {
    kernel.attribute("unreserved", real, 1, by);
    kernel.free("free_page", real, 0, use, place);
    return null;
  }
  kernel.wbinvd(place);
  for (let i = 0; i < ENTRIES_A_PAGE; i++) {
    if (use === "directory") access.writeDirectory(remapped, i, bridge.scratchPage, null, place);
    else {
      access.write({ mapping: remapped, first }, first + i, bridge.scratchPage, null, place);
      access.read({ mapping: remapped, first }, first + i, place);
    }
  }
  return { real, remapped };
}

function freePageMap(bridge: Bridge, { real, remapped }: PageMap, use: "directory" | "gatt"): void {
  const by = { actor: "driver", place: "amd_free_page_map" } as const;
  const { kernel } = bridge.board.arch;
  bridge.board.remap.unmap(remapped, by.place);
  kernel.attribute("unreserved", real, 1, by);
  kernel.free("free_page", real, 0, use, by.place);
}

function createGattTable(bridge: Bridge): number {
  const place = "amd_create_gatt_table";
  const { arch, hooks, pci, access } = bridge.board;
  bridge.pageMaps = [];
  const directory = createPageMap(bridge, "directory", 0);
  if (directory === null) return ENOMEM;
  const tables: PageMap[] = [];
  const count = bridge.currentSize.entries / ENTRIES_A_PAGE;
  for (let i = 0; i < count; i++) {
    const table = createPageMap(bridge, "gatt", i * ENTRIES_A_PAGE);
    if (table === null) {
      for (const made of tables) freePageMap(bridge, made, "gatt");
      freePageMap(bridge, directory, "directory");
      return ENOMEM;
    }
    tables.push(table);
  }
  bridge.pageMaps = [directory, ...tables];
  bridge.gattBusAddr = hooks.toDevice(arch, directory.real, place);
  const base = pci.read(BRIDGE, APBASE, 4, place);
  bridge.gartBusAddr = base - (base % 16);
  for (const [i, table] of tables.entries()) {
    const given: Given = hooks.toDevice(arch, table.real, place);
    const index = Math.floor((bridge.gartBusAddr + i * reach) / reach);
    access.writeDirectory(directory.remapped, index, (raw(given.bus) % 2 ** 32) + 1, given, place);
  }
  return 0;
}

function freeGattTable(bridge: Bridge): void {
  const [directory, ...tables] = bridge.pageMaps;
  for (const table of tables) freePageMap(bridge, table, "gatt");
  freePageMap(bridge, directory!, "directory");
  bridge.pageMaps = [];
  bridge.gattBusAddr = null;
}

function configure(bridge: Bridge): number {
  const place = "amd_irongate_configure";
  const { pci, mmio, remap } = bridge.board;
  const registers = pci.read(BRIDGE, MMBASE, 4, place);
  bridge.registers = remap.mapDevice(bus(registers - (registers % 16)), 1, place);
  const table = bridge.gattBusAddr!;
  mmio.write(ATTBASE, 4, raw(table.bus) % 2 ** 32, place, table);
  mmio.read(ATTBASE, 4, place);
  pci.write(BRIDGE, MODECNTL, 1, 0x80, place); // sync register
  pci.write(BRIDGE, MODECNTL2, 1, 0x00, place); // indexing mode
  mmio.write(GARTENABLE, 2, mmio.read(GARTENABLE, 2, place) | 0x4, place);
  mmio.read(GARTENABLE, 2, place);
  const size = pci.read(BRIDGE, APSIZE, 4, place);
  pci.write(BRIDGE, APSIZE, 4, (size & ~0xe) | bridge.currentSize.value | 0x1, place);
  bridge.driver.tlbFlush(bridge);
  return 0;
}

function cleanup(bridge: Bridge): void {
  const place = "amd_irongate_cleanup";
  const { pci, mmio, remap } = bridge.board;
  mmio.write(GARTENABLE, 2, mmio.read(GARTENABLE, 2, place) & ~0x4, place);
  mmio.read(GARTENABLE, 2, place);
  const size = pci.read(BRIDGE, APSIZE, 4, place);
  pci.write(BRIDGE, APSIZE, 4, (size & ~0xf) | bridge.previousSize.value, place);
  remap.unmap(bridge.registers!, place);
  bridge.registers = null;
}

/** The mapping that an entry is in, which is its table page's. */
function through(bridge: Bridge, entry: number) {
  const page = Math.floor(entry / ENTRIES_A_PAGE);
  return { mapping: bridge.pageMaps[page + 1]!.remapped, first: page * ENTRIES_A_PAGE };
}

function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "amd_insert_memory";
  const { access } = bridge.board;
  if (mem.type !== 0) return EINVAL;
  if (endOf(bridge, mem, pgStart) > bridge.currentSize.entries) return EINVAL;
  for (let j = pgStart; j < pgStart + mem.memory.length; j++) {
    let word = access.read(through(bridge, j), j, place);
    if (word !== 0) word = access.read(through(bridge, j), j, place);
    if (!isEmpty(bridge, word)) return EBUSY;
  }
  for (const [i, given] of mem.memory.entries()) {
    const entry = pgStart + i;
    access.write(through(bridge, entry), entry, bridge.driver.maskMemory(given.bus), given, place);
    access.read(through(bridge, entry), entry, place);
  }
  bridge.driver.tlbFlush(bridge);
  return 0;
}

/** Without a cache flush, unlike the generic one. */
function removeMemory(bridge: Bridge, mem: AgpMemory): void {
  const place = "amd_remove_memory";
  const { access } = bridge.board;
  for (let i = mem.pgStart; i < mem.pgStart + mem.memory.length; i++) {
    access.write(through(bridge, i), i, bridge.scratchPage, null, place);
    access.read(through(bridge, i), i, place);
  }
  bridge.driver.tlbFlush(bridge);
}
