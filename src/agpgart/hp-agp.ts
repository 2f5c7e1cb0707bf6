// hp-agp.ts - drivers/char/agp/hp-agp.c: zx1, whose I/O MMU has one table for PCI and for AGP.
//
// The table is sba_iommu's, which writes a cookie where AGP's half begins. The driver makes a table of its own where
// there is no sba_iommu, and with hooks that supply the table's bus address themselves (`dma-handle`).

import { asWord, bus, gattIndex, onBareMetal, onBus, phys } from "../address.ts";
import { GART_BASE, IBASE, IMASK, IOVA_BASE, PCOM, PDIR_BASE, TCNFG, zx1 } from "../chipset/zx1.ts";
import { plainTable } from "../hooks/functions.ts";
import type { TableMemory } from "../hooks/hooks.ts";
import { globalCacheFlush } from "../platform/agp-header.ts";
import type { DeviceAddress } from "../platform/kernel.ts";
import { type AgpMemory, type Bridge, type BridgeDriver, EBUSY, EINVAL, ENOMEM } from "./bridge.ts";
import { endOf, generic } from "./generic.ts";

const LINEAR = { linear: true } as const;
/** HP_ZX1_SBA_IOMMU_COOKIE, in an entry that is not valid. */
const COOKIE = 0x0000badbadc0ffee;
/** 512 MB of the window of 1 GB, whose table has 2 MB. */
const [SIZE, ENTRIES, ORDER] = [512, 131072, 9];
const LOG2_IOVA = 30;
const LOG2_GART = 29;

export const hpDriver: BridgeDriver = {
  ...generic,
  name: "agpgart-hp",
  probe: "agp_hp_probe",
  remove: "agp_hp_remove",
  sizes: [{ size: SIZE, entries: ENTRIES, order: ORDER, value: 0 }],
  fixedSize: true,
  cantUseAperture: true,
  neverSleeps: true,
  fetchSize: (bridge) => bridge.currentSize.size,
  configure,
  cleanup(bridge) {
    if (bridge.gattTableReal !== null) bridge.board.mmio.write(IBASE, 4, 0, "hp_zx1_cleanup");
  },
  tlbFlush,
  maskMemory: (address) => asWord(address),
  createGattTable,
  freeGattTable,
  insertMemory,
  removeMemory,
  cacheFlush: (bridge, place) => globalCacheFlush(bridge.board.arch.kernel, place),
};

/** Shares sba_iommu's table, or takes pages of its own; either way AGP's half is emptied. */
function createGattTable(bridge: Bridge): number {
  const place = "hp_zx1_create_gatt_table";
  const { arch, hooks, access } = bridge.board;
  if (hooks.everyDriver) {
    const table = hooks.allocateTable(arch, ORDER, place);
    if (table === null) return ENOMEM;
    bridge.gattTableReal = table;
    bridge.gattBusAddr = baseOf(bridge, table);
  } else {
    if (arch.kernel.state.table.size === 0 && !bootIommu(bridge)) return ENOMEM;
    bridge.gattBusAddr = sharedTable(bridge);
    // Without the cookie somebody else uses that half.
    if (access.read(LINEAR, gattIndex(0), "hp_zx1_ioc_shared") !== COOKIE) return EINVAL;
  }
  for (let i = 0; i < ENTRIES; i++)
    access.write(LINEAR, gattIndex(i), bridge.scratchPage, null, place);
  return 0;
}

/** The base register's value for a table of the driver's own. */
const baseOf = (bridge: Bridge, table: TableMemory): DeviceAddress =>
  bridge.board.hooks.tableBase?.(table) ??
  bridge.board.hooks.toDevice(bridge.board.arch, table.virt, "hp_zx1_configure");

/** hp_zx1_ioc_shared: where the I/O MMU has its table, as its own register says. */
function sharedTable(bridge: Bridge): DeviceAddress {
  const place = "hp_zx1_ioc_shared";
  const { arch, hooks, mmio } = bridge.board;
  const word = mmio.read(PDIR_BASE, 8, place);
  const { seq } = arch.kernel.state.register(zx1.registers.at(-1)!.number, 8)!;
  const address = { bus: bus(word), phys: phys(word), seq };
  hooks.fromDevice(arch, address, place);
  return address;
}

/** ioc_iova_init of arch/ia64/hp/common/sba_iommu.c: the table of the whole window, and the cookie. */
function bootIommu(bridge: Bridge): boolean {
  const place = "ioc_iova_init";
  const { arch, access } = bridge.board;
  const table = plainTable.allocateTable(arch, ORDER, place);
  if (table === null) return false;
  const at = arch.kernel.physOf(table.virt);
  const address = { bus: onBus(onBareMetal(at)), phys: at, seq: arch.kernel.state.moment };
  programWindow(bridge, address, 8, place);
  access.write(LINEAR, gattIndex(0), COOKIE, null, place);
  return true;
}

/** The registers of the window: sba_iommu writes all 64 bits of them, agpgart 32. */
function programWindow(bridge: Bridge, table: DeviceAddress, width: 4 | 8, place: string): void {
  const { mmio } = bridge.board;
  mmio.write(PDIR_BASE, width, asWord(table.bus, 8 * width), place, table);
  mmio.write(TCNFG, width, 0, place); // pages of 4 KB
  mmio.write(IMASK, width, 2 ** 32 - 2 ** LOG2_IOVA, place);
  mmio.write(IBASE, width, IOVA_BASE + 1, place);
  mmio.write(PCOM, width, IOVA_BASE + LOG2_IOVA, place);
}

function configure(bridge: Bridge): number {
  const place = "hp_zx1_configure";
  bridge.gartBusAddr = GART_BASE;
  if (bridge.gattTableReal !== null) programWindow(bridge, bridge.gattBusAddr!, 4, place);
  return 0;
}

/** Writes AGP's half as sba_iommu had left it. */
function freeGattTable(bridge: Bridge): void {
  const place = "hp_zx1_free_gatt_table";
  const { arch, hooks, access } = bridge.board;
  const table = bridge.gattTableReal;
  if (table === null) access.write(LINEAR, gattIndex(0), COOKIE, null, place);
  else hooks.freeTable(arch, table, ORDER, place);
  bridge.gattTableReal = null;
  bridge.gattBusAddr = null;
}

function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "hp_zx1_insert_memory";
  const { access, chipset } = bridge.board;
  if (mem.type !== 0) return EINVAL;
  if (endOf(bridge, mem, pgStart) > ENTRIES) return EINVAL;
  for (let j = pgStart; j < pgStart + mem.memory.length; j++)
    if (access.read(LINEAR, gattIndex(j), place) !== 0) return EBUSY;
  for (const [i, address] of mem.memory.entries())
    access.write(
      LINEAR,
      gattIndex(pgStart + i),
      chipset.entry.encode(address.bus)!,
      address,
      place,
    );
  tlbFlush(bridge);
  return 0;
}

function removeMemory(bridge: Bridge, mem: AgpMemory): number {
  const { access } = bridge.board;
  for (let i = mem.pgStart; i < mem.pgStart + mem.memory.length; i++)
    access.write(LINEAR, gattIndex(i), bridge.scratchPage, null, "hp_zx1_remove_memory");
  tlbFlush(bridge);
  return 0;
}

/** Purges AGP's half of the window. */
function tlbFlush({ board: { mmio } }: Bridge): void {
  mmio.write(PCOM, 8, GART_BASE + LOG2_GART, "hp_zx1_tlbflush");
  mmio.read(PCOM, 8, "hp_zx1_tlbflush");
}
