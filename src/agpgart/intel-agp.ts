// intel-agp.ts - drivers/char/agp/intel-agp.c: the host bridges 440BX and 845.

import { raw } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import type { Width } from "../platform/pci.ts";
import type { ApertureSize, Bridge, BridgeDriver } from "./bridge.ts";
import { generic } from "./generic.ts";

const APBASE = 0x10;
const NBXCFG = 0x50;
const AGPM = 0x51;
const ERRSTS = 0x91;
const AGPCTRL = 0xb0;
const APSIZE = 0xb4;
const ATTBASE = 0xb8;
const I845_ERRSTS = 0xc8;
const BRIDGE = intel440bx.bridge.device;

/** intel_generic_sizes and intel_8xx_sizes, in decreasing order: a failed allocation goes down the list. */
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

const common = {
  ...generic,
  name: "agpgart-intel",
  probe: "agp_intel_probe",
  remove: "agp_intel_remove",
  sizes,
  maskMemory: (address) => raw(address) + 0x17,
} satisfies Partial<BridgeDriver>;

/** The size that a bridge's register holds; 0 where it holds no known code. */
function fetchSize(bridge: Bridge, width: Width, place: string): number {
  const code = bridge.board.pci.read(BRIDGE, APSIZE, width, place);
  const index = sizes.findIndex(({ value }) => value === code);
  if (index < 0) return 0;
  bridge.currentSize = sizes[index]!;
  bridge.previousSize = bridge.currentSize;
  bridge.apertureSizeIdx = index;
  return bridge.currentSize.size;
}

/** Size, aperture and table base: the common beginning of the configure functions. */
function configureTable(bridge: Bridge, width: Width, place: string): void {
  const { pci } = bridge.board;
  pci.write(BRIDGE, APSIZE, width, bridge.currentSize.value, place);
  const base = pci.read(BRIDGE, APBASE, 4, place);
  bridge.gartBusAddr = base - (base % 16);
  const table = bridge.gattBusAddr!;
  pci.write(BRIDGE, ATTBASE, 4, raw(table.bus) % 2 ** 32, place, table);
}

/** Aperture access off, and the size as it was at the last fetch. */
function cleanup(bridge: Bridge, width: Width, place: string): void {
  const { pci } = bridge.board;
  const config = pci.read(BRIDGE, NBXCFG, 2, place);
  pci.write(BRIDGE, NBXCFG, 2, config & ~(1 << 9), place);
  pci.write(BRIDGE, APSIZE, width, bridge.previousSize.value, place);
}

export const intel440bxDriver: BridgeDriver = {
  ...common,
  fetchSize: (bridge) => fetchSize(bridge, 2, "intel_fetch_size"),
  configure(bridge) {
    const { pci } = bridge.board;
    const place = "intel_configure";
    configureTable(bridge, 2, place);
    pci.write(BRIDGE, AGPCTRL, 4, 0x2280, place);
    const config = pci.read(BRIDGE, NBXCFG, 2, place);
    pci.write(BRIDGE, NBXCFG, 2, (config & ~(1 << 10)) | (1 << 9), place);
    pci.write(BRIDGE, ERRSTS + 1, 1, 7, place); // clear any error
    return 0;
  },
  cleanup: (bridge) => cleanup(bridge, 2, "intel_cleanup"),
  tlbFlush({ board: { pci } }) {
    pci.write(BRIDGE, AGPCTRL, 4, 0x2200, "intel_tlbflush");
    pci.write(BRIDGE, AGPCTRL, 4, 0x2280, "intel_tlbflush");
  },
};

export const intel845Driver: BridgeDriver = {
  ...common,
  fetchSize: (bridge) => fetchSize(bridge, 1, "intel_8xx_fetch_size"),
  configure(bridge) {
    const { pci } = bridge.board;
    const place = "intel_845_configure";
    configureTable(bridge, 1, place);
    pci.write(BRIDGE, AGPCTRL, 4, 0, place);
    const agpm = pci.read(BRIDGE, AGPM, 1, place);
    pci.write(BRIDGE, AGPM, 1, agpm | (1 << 1), place);
    pci.write(BRIDGE, I845_ERRSTS, 2, 0x1c, place); // clear any error
    return 0;
  },
  cleanup: (bridge) => cleanup(bridge, 1, "intel_8xx_cleanup"),
  /** Reads, clears bit 7, reads, sets it. */
  tlbFlush({ board: { pci } }) {
    const place = "intel_8xx_tlbflush";
    pci.write(BRIDGE, AGPCTRL, 4, pci.read(BRIDGE, AGPCTRL, 4, place) & ~(1 << 7), place);
    pci.write(BRIDGE, AGPCTRL, 4, pci.read(BRIDGE, AGPCTRL, 4, place) | (1 << 7), place);
  },
};
