// intel-i810.ts - drivers/char/agp/intel-agp.c: the i810, its window to the table and its typed memory.
//
// It scans for used entries through the CPU's mapping of the table and writes through the window in the registers:
// if the two reach different memory, no used entry is ever found.

import { asWord, bus, gattIndex, offset, PAGE_SIZE, type Virt } from "../address.ts";
import { i810 } from "../chipset/i810.ts";
import type { Window } from "../platform/remap.ts";
import type { Through } from "../platform/table-access.ts";
import { type AgpMemory, type Bridge, type BridgeDriver, EINVAL } from "./bridge.ts";
import { empty, fill, generic, scan } from "./generic.ts";
import { allocPage, createMemory, destroyPage, flushOnce } from "./memory.ts";

const BRIDGE = i810.bridge.device;
const GRAPHICS = i810.mmio!.device;
const GMADDR = 0x10;
const MMADDR = 0x14;
const SMRAM_MISCC = 0x70;
const PGETBL_CTL = 0x2020;
const DRAM_CTL = 0x3000;
const PTE_BASE = 0x10000;
const REGISTER_PAGES = 128;

const DCACHE_MEMORY = 1;
const PHYS_MEMORY = 2;
/** An ARGB cursor wants four pages in a row. */
const CURSOR_PAGES = 4;

const window = (bridge: Bridge): Through => ({ registers: bridge.registers!, offset: PTE_BASE });

export const intelI810Driver: BridgeDriver = {
  ...generic,
  name: "agpgart-intel",
  probe: "agp_intel_probe",
  remove: "agp_intel_remove",
  sizes: [
    { size: 64, entries: 16384, order: 4, value: 0 },
    { size: 32, entries: 8192, order: 4, value: 0 },
  ],
  fixedSize: true,
  needsScratchPage: true,
  fetchSize,
  configure,
  cleanup(bridge) {
    const { mmio, remap } = bridge.board;
    mmio.write(PGETBL_CTL, 4, 0, "intel_i810_cleanup");
    mmio.read(0, 4, "intel_i810_cleanup"); // PCI posting
    remap.unmap(bridge.registers!, "intel_i810_cleanup");
    bridge.registers = null;
  },
  /** Writes the scratch page's word over every entry, those of bound memory included. */
  resume: configure,
  tlbFlush: () => {},
  maskMemory: (address) => asWord(address) + 1,
  insertMemory,
  removeMemory(bridge, mem) {
    empty(window(bridge), bridge, mem, "intel_i810_remove_entries");
    bridge.board.arch.kernel.wbinvd("intel_i810_remove_entries");
    return 0;
  },
  allocByType,
  freeByType,
  enable: () => {},
};

function fetchSize(bridge: Bridge): number {
  const place = "intel_i810_fetch_size";
  const { pci, arch } = bridge.board;
  const misc = pci.read(BRIDGE, SMRAM_MISCC, 4, place);
  if ((misc & 0xc0) === 0) {
    arch.kernel.printk("warning", "agpgart: i810 is disabled", place);
    return 0;
  }
  bridge.apertureSizeIdx = (misc & 0x10000) === 0 ? 0 : 1;
  bridge.currentSize = bridge.driver.sizes[bridge.apertureSizeIdx]!;
  bridge.previousSize = bridge.currentSize;
  return bridge.currentSize.size;
}

function configure(bridge: Bridge): number {
  const place = "intel_i810_configure";
  const { pci, mmio, remap, access, arch } = bridge.board;
  bridge.registers = mapRegisters(bridge, place);
  remap.check(offset(bridge.registers.cookie, DRAM_CTL), "read", place);
  // Bit 0 means 4 MB of dedicated video memory, from which DCACHE memory is allocated.
  mmio.read(DRAM_CTL, 4, place);
  const base = pci.read(GRAPHICS, GMADDR, 4, place);
  bridge.gartBusAddr = base - (base % 16);
  const table = bridge.gattBusAddr!;
  mmio.write(PGETBL_CTL, 4, asWord(table.bus, 32) + 1, place, table);
  mmio.read(PGETBL_CTL, 4, place); // PCI posting
  for (let i = 0; i < bridge.currentSize.entries; i++) {
    access.write(window(bridge), gattIndex(i), bridge.scratchPage, bridge.scratchPageReal, place);
    access.read(window(bridge), gattIndex(i), place);
  }
  arch.kernel.wbinvd(place);
  return 0;
}

/** The driver of 2006 does not forget the mapping that it undid: after a second load it follows the old address. */
function mapRegisters({ board }: Bridge, place: string): Window {
  const { pci, remap, statics, era } = board;
  if (!era.remapsRegisters && statics.i810Registers !== null) return statics.i810Registers;
  const registers = pci.read(GRAPHICS, MMADDR, 4, place);
  const start = bus(registers - (registers % 0x80000));
  statics.i810Registers = remap.mapDevice(start, REGISTER_PAGES, place);
  return statics.i810Registers;
}

function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "intel_i810_insert_entries";
  const { kernel } = bridge.board.arch;
  const refused = scan(bridge, mem, pgStart, place);
  if (refused !== 0) return refused;
  if (mem.type !== 0 && mem.type !== PHYS_MEMORY) return EINVAL;
  kernel.wbinvd(place);
  fill(window(bridge), bridge, mem, pgStart, place);
  kernel.wbinvd(place);
  return 0;
}

/** DCACHE memory is as large as the dedicated video memory, of which there is none here. */
function allocByType(bridge: Bridge, count: number, type: number): AgpMemory | null {
  if (type === DCACHE_MEMORY || type !== PHYS_MEMORY) return null;
  const place = "alloc_agpphysmem_i8xx";
  if (count !== 1 && count !== CURSOR_PAGES) return null;
  const { arch, hooks } = bridge.board;
  const pages = count === 1 ? allocPage(bridge, "agp") : allocCursor(bridge);
  if (count === 1) flushOnce(bridge, place);
  if (pages === null) return null;
  const first = hooks.toDevice(arch, pages, place);
  const memory = createMemory(bridge, count, { type, physical: first });
  if (memory === null) return null;
  // The driver assumes that the other pages follow the first on the bus as they do in the kernel's mapping.
  for (let i = 0; i < count; i++) {
    const { bus, phys, seq } = first;
    memory.memory.push({ bus: offset(bus, i * PAGE_SIZE), phys: offset(phys, i * PAGE_SIZE), seq });
  }
  return memory;
}

/** i8xx_alloc_pages: four pages at once, counted as one. */
function allocCursor(bridge: Bridge): Virt | null {
  const { kernel } = bridge.board.arch;
  const by = { actor: "driver", place: "i8xx_alloc_pages" } as const;
  const pages = kernel.allocate("alloc_pages", 2, "agp", by.place);
  if (pages === null) return null;
  kernel.attribute("uncached", pages, CURSOR_PAGES, by);
  kernel.globalFlushTlb(by);
  bridge.currentMemory++;
  return pages;
}

function freeByType(bridge: Bridge, mem: AgpMemory): void {
  const { arch, hooks } = bridge.board;
  bridge.keys.delete(mem.key);
  const place = "intel_i810_free_by_type";
  const pages = hooks.fromDevice(arch, mem.memory[0]!, place);
  if (mem.memory.length === 1) {
    destroyPage(bridge, pages);
    flushOnce(bridge, place);
    return;
  }
  const by = { actor: "driver", place: "i8xx_destroy_pages" } as const;
  arch.kernel.attribute("cached", pages, CURSOR_PAGES, by);
  arch.kernel.globalFlushTlb(by);
  arch.kernel.free(bridge.board.era.freesFour, pages, 2, "agp", by.place);
  bridge.currentMemory--;
}
