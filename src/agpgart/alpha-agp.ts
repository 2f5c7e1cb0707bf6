// alpha-agp.ts - drivers/char/agp/alpha-agp.c: a part of the PCI I/O MMU's table, set aside for AGP.
//
// The table is the kernel's own, made at boot without any hook: the hooks translate only the pages.

import { asWord, bus, gattIndex, onBareMetal, onBus, phys } from "../address.ts";
import { TBA1, TLBIA, titan, WSBA1 } from "../chipset/titan.ts";
import { globalCacheFlush } from "../platform/agp-header.ts";
import { type AgpMemory, type Bridge, type BridgeDriver, EBUSY, EINVAL, ENOMEM } from "./bridge.ts";
import { collectDeviceStatus, deviceCommand } from "./enable.ts";
import { endOf, generic } from "./generic.ts";

const WINDOW_BASE = 0xc0000000;
/** The window is enabled and uses scatter-gather. */
const WINDOW_ON = 3;
const LINEAR = { linear: true } as const;
/** IOMMU_RESERVED_PTE: set aside, and not valid. */
const RESERVED = 0xface;
const AGP_ENABLE = 0x100;
/** alpha_agpgart_size: 64 MB, which are 8192 pages and 64 KB of table. */
const [SIZE, ENTRIES, ORDER] = [64, 8192, 3];

export const alphaDriver: BridgeDriver = {
  ...generic,
  name: "agpgart-alpha",
  probe: "agp_alpha_core_probe",
  remove: "agp_alpha_core_remove",
  sizes: [{ size: SIZE, entries: ENTRIES, order: ORDER, value: 0 }],
  fixedSize: true,
  cantUseAperture: true,
  neverSleeps: true,
  fetchSize: (bridge) => bridge.currentSize.size,
  configure(bridge) {
    bridge.gartBusAddr = WINDOW_BASE;
    return 0;
  },
  cleanup: () => {},
  tlbFlush,
  maskMemory: (address) => asWord(address),
  createGattTable,
  freeGattTable,
  insertMemory,
  removeMemory,
  enable(bridge, requested) {
    const command = (collectDeviceStatus(bridge, requested, bridge.mode) | AGP_ENABLE) >>> 0;
    deviceCommand(bridge, command, false);
  },
  cacheFlush: (bridge, place) => globalCacheFlush(bridge.board.arch.kernel, place),
};

/** titan_agp_setup: a range of the window's table for AGP; the first time the kernel makes the table too. */
function createGattTable(bridge: Bridge): number {
  const { arch, access } = bridge.board;
  const { kernel } = arch;
  if (kernel.state.table.size === 0 && !makeArena(bridge)) return ENOMEM;
  for (let i = 0; i < ENTRIES; i++)
    access.write(LINEAR, gattIndex(i), RESERVED, null, "iommu_reserve");
  const { word, seq } = kernel.state.register(titan.registers[1]!.number, 8)!;
  bridge.gattBusAddr = { bus: bus(word), phys: phys(word), seq };
  return 0;
}

/** iommu_arena_new and titan_init_one_pachip_port: the window, its table, and where the chip finds both. */
function makeArena(bridge: Bridge): boolean {
  const { arch, mmio } = bridge.board;
  const { kernel } = arch;
  const ptes = kernel.allocate("__get_free_pages", ORDER, "gatt", "iommu_arena_new");
  if (ptes === null) return false;
  const place = "titan_init_one_pachip_port";
  const at = kernel.physOf(ptes);
  mmio.write(WSBA1, 8, WINDOW_BASE + WINDOW_ON, place);
  const address = { bus: onBus(onBareMetal(at)), phys: at, seq: kernel.state.moment };
  mmio.write(TBA1, 8, asWord(at), place, address);
  return true;
}

/** iommu_release: the table stays, its range is free again. */
function freeGattTable(bridge: Bridge): void {
  for (let i = 0; i < ENTRIES; i++)
    bridge.board.access.write(LINEAR, gattIndex(i), 0, null, "iommu_release");
  bridge.gattBusAddr = null;
}

/** alpha_core_agp_insert_memory and iommu_bind: an entry without the reserved mark is in use. */
function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  if (endOf(bridge, mem, pgStart) > ENTRIES) return EINVAL;
  const result = bind(bridge, mem, pgStart);
  // Flushed whatever came of it.
  bridge.board.arch.kernel.mb("alpha_core_agp_insert_memory");
  tlbFlush(bridge);
  return result;
}

function bind(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "iommu_bind";
  const { access, chipset } = bridge.board;
  for (let j = pgStart; j < pgStart + mem.memory.length; j++)
    if (access.read(LINEAR, gattIndex(j), place) !== RESERVED) return EBUSY;
  for (const [i, address] of mem.memory.entries())
    access.write(
      LINEAR,
      gattIndex(pgStart + i),
      chipset.entry.encode(address.bus)!,
      address,
      place,
    );
  return 0;
}

function removeMemory(bridge: Bridge, mem: AgpMemory): number {
  const { access } = bridge.board;
  for (let i = mem.pgStart; i < mem.pgStart + mem.memory.length; i++)
    access.write(LINEAR, gattIndex(i), RESERVED, null, "iommu_unbind");
  tlbFlush(bridge);
  return 0;
}

/** mv_pci_tbi of the hose: empties its TLB. */
function tlbFlush({ board: { mmio } }: Bridge): void {
  mmio.write(TLBIA, 8, 0, "titan_pci_tbi");
  mmio.read(TLBIA, 8, "titan_pci_tbi");
}
