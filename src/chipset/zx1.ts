// zx1.ts - HP's zx1 of ia64: the GART is the upper half of the I/O MMU's window, whose lower half is PCI's.
//
// Names, window and entry format as in drivers/char/agp/hp-agp.c of 2.6.12-rc2. No recording of this machine
// exists.

import { aperture, bus, pageBits } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { plus, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { g400, powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const ioc = (offset: number) => registerNumber("mmio", bdfOf(BRIDGE), offset);

export const IBASE = 0x300;
export const IMASK = 0x308;
export const PCOM = 0x310;
export const TCNFG = 0x318;
export const PDIR_BASE = 0x320;
/** The window of 1 GB, and where AGP's half of it begins. */
export const IOVA_BASE = 0x40000000;
export const GART_BASE = 0x60000000;
const VALID = 2 ** 63;

export const zx1: Chipset = {
  name: "zx1",
  detected: null,
  bridge: { device: BRIDGE, vendor: 0x103c, id: 0x1229 },
  devices: [{ name: BRIDGE, agp: 0x60, isDisplay: false }, g400.device],
  mmio: { device: BRIDGE, bar: 0 },
  registers: [
    register("IBASE", ioc(IBASE), 8, { base: [31, 12], enable: [0, 0] }),
    register("IMASK", ioc(IMASK), 8),
    register("PCOM", ioc(PCOM), 8, { base: [31, 12], "log2-size": [5, 0] }),
    register("TCNFG", ioc(TCNFG), 8),
    register("PDIR_BASE", ioc(PDIR_BASE), 8, { table: [43, 12] }, { holdsTable: true }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x60, 4, 0x00200002),
    powerOnValue(BRIDGE, 0x64, 4, 0x1f000217),
    ...g400.powerOn,
  ],
  entry: {
    bytes: 8,
    // Bit 63 beside a page's address is exact in a double: its last place is 2048.
    encode: (page) => plus(pageBits(page, 52), VALID),
    decode: (word) => (word >= VALID ? bus(word - VALID) : null),
  },
  entriesBefore: (GART_BASE - IOVA_BASE) / 4096,
  directory: null,
  cachedTable: false,
  // Its caches are coherent with every master: the driver flushes none, a barrier is all.
  snoops: true,
  apertureBase: (registers) =>
    registers.register(ioc(IBASE), 4) !== undefined ? aperture(GART_BASE) : null,
  tableBase: tableIn(ioc(PDIR_BASE), 44),
  flushesTlb: (register) => register === ioc(PCOM),
};
