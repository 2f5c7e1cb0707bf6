// ati-agp.ts - drivers/char/agp/ati-agp.c: the two-level table of ATI's IGPs.
//
// In 2005 the driver calls virt_to_bus for the directory and its words whatever the hooks: the patch of March changed
// only ioremap's argument. So under Xen both levels are right even with the legacy hooks, and only
// the pages are not.

import { asWord, bus, type Virt } from "../address.ts";
import { atiRs100 } from "../chipset/ati-igp.ts";
import { toDevice } from "../hooks/functions.ts";
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

const BRIDGE = atiRs100.bridge.device;
const PCI_COMMAND = 0x04;
const MMBASE = 0x14;
const GART_FEATURE_ID = 0x00;
const GART_BASE = 0x04;
const GART_CACHE_CNTRL = 0x0c;
const style: Style = { prefix: "ati", pagesUncached: true, readsBack: true };

/** The driver of a chipset that has the size at `apsize` in configuration space, and the mode register behind it. */
const atiDriver = (apsize: number): BridgeDriver => ({
  ...generic,
  name: "agpgart-ati",
  probe: "agp_ati_probe",
  remove: "agp_ati_remove",
  sizes: twoLevelSizes,
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(BRIDGE, apsize, 4, "ati_fetch_size") & 0xe),
  configure: (bridge) => configure(bridge, apsize + 4),
  cleanup(bridge) {
    const place = "ati_cleanup";
    const { pci, remap } = bridge.board;
    const size = pci.read(BRIDGE, apsize, 4, place);
    pci.write(BRIDGE, apsize, 4, (size & ~0xf) | bridge.previousSize.value, place);
    remap.unmap(bridge.registers!, place);
    bridge.registers = null;
  },
  resume: (bridge) => (bridge.board.era.resumesMore ? configure(bridge, apsize + 4) : 0),
  tlbFlush({ board: { mmio } }) {
    mmio.write(GART_CACHE_CNTRL, 4, 1, "ati_tlbflush");
    mmio.read(GART_CACHE_CNTRL, 4, "ati_tlbflush");
  },
  maskMemory: (address) => asWord(address) + 1,
  createGattTable: (bridge) => createGattTable(bridge, apsize),
  freeGattTable: (bridge) => freePageMaps(bridge, style),
  insertMemory: (bridge, mem, pgStart) => insertMemory(bridge, style, mem, pgStart),
  removeMemory: (bridge, mem) => removeMemory(bridge, style, mem),
});

export const atiRs100Driver = atiDriver(0xac);
export const atiRs300Driver = atiDriver(0xf8);

/** Programs the size already here, between the table and its directory words. */
function createGattTable(bridge: Bridge, apsize: number): number {
  const place = "ati_create_gatt_table";
  const { arch, pci, hooks, era } = bridge.board;
  const busOf = (page: Virt) =>
    (era.atiUsesBus ? toDevice.virt_to_bus : hooks.toDevice)(arch, page, place);
  if (createPageMaps(bridge, style) !== 0) return ENOMEM;
  bridge.gattBusAddr = busOf(bridge.pageMaps[0]!.real);
  const size = pci.read(BRIDGE, apsize, 4, place);
  pci.write(BRIDGE, apsize, 4, (size & ~0xe) | bridge.currentSize.value | 0x1, place);
  pci.read(BRIDGE, apsize, 4, place);
  readAperture(bridge, place);
  fillDirectory(bridge, style, busOf);
  return 0;
}

function configure(bridge: Bridge, agpmode: number): number {
  const place = "ati_configure";
  const { pci, mmio, remap } = bridge.board;
  const registers = pci.read(BRIDGE, MMBASE, 4, place);
  bridge.registers = remap.mapDevice(bus(registers - (registers % 4096)), 1, place);
  pci.write(BRIDGE, agpmode, 4, 0x20000, place);
  mmio.write(GART_FEATURE_ID, 4, 0x60000, place);
  mmio.read(GART_FEATURE_ID, 4, place);
  // Clears the bit for a signalled system error.
  pci.write(BRIDGE, PCI_COMMAND, 4, pci.read(BRIDGE, PCI_COMMAND, 4, place) | (1 << 14), place);
  const table = bridge.gattBusAddr!;
  mmio.write(GART_BASE, 4, asWord(table.bus, 32), place, table);
  mmio.read(GART_BASE, 4, place);
  return 0;
}
