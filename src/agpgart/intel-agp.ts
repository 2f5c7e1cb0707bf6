// intel-agp.ts - drivers/char/agp/intel-agp.c: the 440BX's part of the driver.

import { raw } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import type { ApertureSize, Bridge, BridgeDriver } from "./bridge.ts";

const APBASE = 0x10;
const NBXCFG = 0x50;
const ERRSTS = 0x91;
const AGPCTRL = 0xb0;
const APSIZE = 0xb4;
const ATTBASE = 0xb8;
const BRIDGE = intel440bx.bridge.device;

/** intel_generic_sizes, in decreasing order: a failed allocation goes down the list. */
const sizes: readonly ApertureSize[] = [
  [256, 6, 0],
  [128, 5, 32],
  [64, 4, 48],
  [32, 3, 56],
  [16, 2, 60],
  [8, 1, 62],
  [4, 0, 63],
].map(([size, order, value]) => ({
  size: size!,
  entries: size! * 256,
  order: order!,
  value: value!,
}));

export const intelDriver: BridgeDriver = {
  name: "agpgart-intel",
  sizes,

  fetchSize(bridge) {
    const code = bridge.board.pci.read(BRIDGE, APSIZE, 2, "intel_fetch_size");
    const index = sizes.findIndex(({ value }) => value === code);
    if (index < 0) return 0;
    bridge.currentSize = sizes[index]!;
    bridge.previousSize = bridge.currentSize;
    bridge.apertureSizeIdx = index;
    return bridge.currentSize.size;
  },

  configure(bridge) {
    const { pci } = bridge.board;
    const place = "intel_configure";
    pci.write(BRIDGE, APSIZE, 2, bridge.currentSize.value, place);
    const base = pci.read(BRIDGE, APBASE, 4, place);
    bridge.gartBusAddr = base - (base % 16);
    const table = bridge.gattBusAddr!;
    pci.write(BRIDGE, ATTBASE, 4, raw(table.bus), place, table);
    pci.write(BRIDGE, AGPCTRL, 4, 0x2280, place);
    const config = pci.read(BRIDGE, NBXCFG, 2, place);
    pci.write(BRIDGE, NBXCFG, 2, (config & ~(1 << 10)) | (1 << 9), place);
    pci.write(BRIDGE, ERRSTS + 1, 1, 7, place); // clear any error
    return 0;
  },

  cleanup(bridge) {
    const { pci } = bridge.board;
    const place = "intel_cleanup";
    const config = pci.read(BRIDGE, NBXCFG, 2, place);
    pci.write(BRIDGE, NBXCFG, 2, config & ~(1 << 9), place);
    pci.write(BRIDGE, APSIZE, 2, bridge.previousSize.value, place);
  },

  tlbFlush(bridge: Bridge) {
    const { pci } = bridge.board;
    pci.write(BRIDGE, AGPCTRL, 4, 0x2200, "intel_tlbflush");
    pci.write(BRIDGE, AGPCTRL, 4, 0x2280, "intel_tlbflush");
  },

  maskMemory: (address) => raw(address) + 0x17,
};
