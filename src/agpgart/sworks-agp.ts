// sworks-agp.ts - drivers/char/agp/sworks-agp.c: ServerWorks' HE, whose unused directory words lead to a second one.
//
// Nothing is read back here, neither entries nor directory words; the flush polls instead.

import { asWord, bus, directoryIndex } from "../address.ts";
import { PCI_AGP_COMMAND, PCI_AGP_STATUS } from "../chipset/agp-capability.ts";
import { sworksHe } from "../chipset/sworks-he.ts";
import { readAperture, setSize } from "./aperture.ts";
import {
  type ApertureSize,
  type Board,
  type Bridge,
  type BridgeDriver,
  ENOMEM,
  type PageMap,
} from "./bridge.ts";
import { collectDeviceStatus, deviceCommand } from "./enable.ts";
import { generic } from "./generic.ts";
import {
  createGattPages,
  createPageMap,
  ENTRIES_A_PAGE,
  fillDirectory,
  freeGattPages,
  freePageMap,
  insertMemory,
  removeMemory,
  type Style,
} from "./page-maps.ts";

const BRIDGE = sworksHe.bridge.device;
const { name: AGP } = sworksHe.devices[1]!;
const APSIZE = 0x10;
const MMBASE = 0x14;
const CACHING = 0x4b;
const AGP_ENABLE = 0x60;
const FEATURE = 0x68;
const SIZE_MASK = 0xfe000000;
const GART_CACHE = 0x02;
const GATTBASE = 0x04;
/** Named like a register of its own, but it is the low half of GATTBASE. */
const COMMAND = 0x04;
const DIRFLUSH = 0x0c;
const POSTFLUSH = 0x14;
const style: Style = { prefix: "serverworks", readsBack: false };

/** The code is the size mask that the BAR returns when it is sized, as any BAR is. */
const sizes: readonly ApertureSize[] = [2048, 1024, 512, 256, 128, 64, 32].map((size) => ({
  size,
  entries: size * 256,
  order: 0,
  value: 2 ** 32 - size * 2 ** 20,
}));

export const sworksDriver: BridgeDriver = {
  ...generic,
  name: "agpgart-serverworks",
  probe: "agp_serverworks_probe",
  remove: "agp_serverworks_remove",
  slots: [0x01],
  // Whether either BAR has 64 bits.
  detect({ board: { pci } }) {
    for (const bar of [APSIZE, MMBASE]) pci.read(BRIDGE, bar, 4, "agp_serverworks_probe");
  },
  sizes,
  fetchSize,
  configure,
  cleanup(bridge) {
    bridge.board.remap.unmap(bridge.registers!, "serverworks_cleanup");
    bridge.registers = null;
  },
  tlbFlush: ({ board }) => tlbFlush(board),
  maskMemory: (address) => asWord(address) + 1,
  createGattTable,
  freeGattTable(bridge) {
    const [directory, ...pages] = bridge.pageMaps;
    freeGattPages(bridge, style, pages);
    freePageMap(bridge, style, directory!, "directory");
    freePageMap(bridge, style, bridge.scratchDirectory!, "scratch-directory");
    bridge.pageMaps = [];
    bridge.scratchDirectory = null;
    bridge.gattBusAddr = null;
  },
  insertMemory: (bridge, mem, pgStart) => insertMemory(bridge, style, mem, pgStart),
  removeMemory(bridge, mem) {
    bridge.board.arch.kernel.wbinvd("serverworks_remove_memory");
    tlbFlush(bridge.board);
    return removeMemory(bridge, style, mem);
  },
  enable,
};

/** Sizes the BAR: writes ones to it and reads which of them are kept. */
function fetchSize(bridge: Bridge): number {
  const place = "serverworks_fetch_size";
  const { pci } = bridge.board;
  const before = pci.read(BRIDGE, APSIZE, 4, place);
  pci.write(BRIDGE, APSIZE, 4, SIZE_MASK, place);
  const code = pci.read(BRIDGE, APSIZE, 4, place);
  pci.write(BRIDGE, APSIZE, 4, before, place);
  return setSize(bridge, code - (code % (2 ** 32 - SIZE_MASK)));
}

function createGattTable(bridge: Bridge): number {
  const place = "serverworks_create_gatt_table";
  const { arch, hooks } = bridge.board;
  const directory = createPageMap(bridge, style, "directory");
  if (directory === null) return ENOMEM;
  const scratch = createPageMap(bridge, style, "scratch-directory");
  if (scratch === null) {
    freePageMap(bridge, style, directory, "directory");
    return ENOMEM;
  }
  leadToScratch(bridge, directory, scratch);
  const pages = createGattPages(bridge, style);
  if (pages === null) {
    freePageMap(bridge, style, directory, "directory");
    freePageMap(bridge, style, scratch, "scratch-directory");
    return ENOMEM;
  }
  bridge.pageMaps = [directory, ...pages];
  bridge.scratchDirectory = scratch;
  bridge.gattBusAddr = hooks.toDevice(arch, directory.real, place);
  readAperture(bridge, place);
  fillDirectory(bridge, style, (page) => hooks.toDevice(arch, page, place));
  return 0;
}

/** Every word of the directory to the scratch directory, and of that one to no page. */
function leadToScratch(bridge: Bridge, directory: PageMap, scratch: PageMap): void {
  const place = "serverworks_create_gatt_table";
  const { arch, hooks, access } = bridge.board;
  for (let i = 0; i < ENTRIES_A_PAGE; i++) {
    access.writeDirectory(
      "scratch-directory",
      scratch.remapped,
      directoryIndex(i),
      bridge.scratchPage,
      null,
      place,
    );
    const address = hooks.toDevice(arch, scratch.real, place);
    const word = asWord(address.bus, 32) + 1;
    access.writeDirectory("directory", directory.remapped, directoryIndex(i), word, address, place);
  }
}

function configure(bridge: Bridge): number {
  const place = "serverworks_configure";
  const { board } = bridge;
  const { pci, mmio, remap } = board;
  const registers = pci.read(BRIDGE, MMBASE, 4, place);
  bridge.registers = remap.mapDevice(bus(registers - (registers % 16)), 1, place);
  mmio.write(GART_CACHE, 1, 0xa, place);
  mmio.read(GART_CACHE, 1, place);
  const table = bridge.gattBusAddr!;
  mmio.write(GATTBASE, 4, asWord(table.bus, 32), place, table);
  mmio.read(GATTBASE, 4, place);
  mmio.write(COMMAND, 2, (mmio.read(COMMAND, 2, place) & ~0x7) | 0x4, place);
  mmio.read(COMMAND, 2, place);
  pci.write(AGP, AGP_ENABLE, 1, pci.read(AGP, AGP_ENABLE, 1, place) | 0x1, place);
  tlbFlush(board);
  // The driver reads the mode only here, from function 1.
  bridge.capndx = pci.findAgp(sworksHe.devices[1]!, place);
  bridge.mode = pci.read(AGP, bridge.capndx + PCI_AGP_STATUS, 4, place);
  pci.write(BRIDGE, CACHING, 1, pci.read(BRIDGE, CACHING, 1, place) & ~0x3, place);
  pci.write(BRIDGE, FEATURE, 1, pci.read(BRIDGE, FEATURE, 1, place) | (1 << 6), place);
  return 0;
}

/** Two flushes, each polled without bound until its register reads zero: here that is at once. */
function tlbFlush({ mmio }: Board): void {
  const place = "serverworks_tlbflush";
  mmio.write(POSTFLUSH, 1, 1, place);
  mmio.read(POSTFLUSH, 1, place);
  mmio.write(DIRFLUSH, 4, 1, place);
  mmio.read(DIRFLUSH, 4, place);
}

/** serverworks_agp_enable: the command of function 1, written once here and once with all the others. */
function enable(bridge: Bridge, requested: number): void {
  const place = "serverworks_agp_enable";
  const { pci } = bridge.board;
  const status = pci.read(AGP, bridge.capndx + PCI_AGP_STATUS, 4, place);
  const common = collectDeviceStatus(bridge, requested, status);
  // No fast writes, and AGP 2 in any case.
  const command = ((common & ~0x18) | 0x100) >>> 0;
  pci.write(AGP, bridge.capndx + PCI_AGP_COMMAND, 4, command, place);
  deviceCommand(bridge, command, false);
}
