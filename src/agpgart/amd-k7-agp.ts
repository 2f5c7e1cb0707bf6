// amd-k7-agp.ts - drivers/char/agp/amd-k7-agp.c: the Irongate's two-level table, page by page.

import { asWord, bus } from "../address.ts";
import { amdIrongate } from "../chipset/amd-irongate.ts";
import { readAperture, setSize } from "./aperture.ts";
import { type Bridge, type BridgeDriver, ENOMEM } from "./bridge.ts";
import { generic } from "./generic.ts";
import {
  createPageMaps,
  fillDirectory,
  freePageMaps,
  insertMemory,
  removeMemory,
  type Style,
  twoLevelSizes,
} from "./page-maps.ts";

const BRIDGE = amdIrongate.bridge.device;
const MMBASE = 0x14;
const APSIZE = 0xac;
const MODECNTL = 0xb0;
const MODECNTL2 = 0xb2;
const GARTENABLE = 0x02;
const ATTBASE = 0x04;
const TLBFLUSH = 0x0c;
const style: Style = { prefix: "amd", readsBack: true };

export const amdK7Driver: BridgeDriver = {
  ...generic,
  name: "agpgart-amdk7",
  probe: "agp_amdk7_probe",
  remove: "agp_amdk7_remove",
  detect(bridge) {
    generic.detect(bridge);
    // Erratum 20 of the 751 concerns some graphics cards: the probe reads which card there is.
    const { pci } = bridge.board;
    pci.findAgp(pci.devices.find(({ isDisplay }) => isDisplay)!, "agp_amdk7_probe");
  },
  sizes: twoLevelSizes,
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(BRIDGE, APSIZE, 4, "amd_irongate_fetch_size") & 0xe),
  configure,
  cleanup,
  tlbFlush({ board: { mmio } }) {
    mmio.write(TLBFLUSH, 4, 1, "amd_irongate_tlbflush");
    mmio.read(TLBFLUSH, 4, "amd_irongate_tlbflush");
  },
  maskMemory: (address) => asWord(address) + 1,
  createGattTable,
  freeGattTable: (bridge) => freePageMaps(bridge, style),
  insertMemory: (bridge, mem, pgStart) => insertMemory(bridge, style, mem, pgStart),
  removeMemory: (bridge, mem) => removeMemory(bridge, style, mem),
};

function createGattTable(bridge: Bridge): number {
  const place = "amd_create_gatt_table";
  const { arch, hooks } = bridge.board;
  if (createPageMaps(bridge, style) !== 0) return ENOMEM;
  bridge.gattBusAddr = hooks.toDevice(arch, bridge.pageMaps[0]!.real, place);
  readAperture(bridge, place);
  fillDirectory(bridge, style, (page) => hooks.toDevice(arch, page, place));
  return 0;
}

function configure(bridge: Bridge): number {
  const place = "amd_irongate_configure";
  const { pci, mmio, remap } = bridge.board;
  const registers = pci.read(BRIDGE, MMBASE, 4, place);
  bridge.registers = remap.mapDevice(bus(registers - (registers % 16)), 1, place);
  const table = bridge.gattBusAddr!;
  mmio.write(ATTBASE, 4, asWord(table.bus, 32), place, table);
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
