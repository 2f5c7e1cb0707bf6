// i810.ts - the Intel 810: graphics in the bridge, and a window through which the table is written.
//
// Names as in Intel's 810 programmer's reference and drivers/char/agp/intel-agp.c of 2.6.12-rc2. Writes at
// 0x10000 and up in the register page reach the table at PGETBL_CTL's address, wherever that is.

import { bus, pageBits } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, plus, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const GRAPHICS = "0000:00:01.0";
const GMADR = registerNumber("config", bdfOf(GRAPHICS), 0x10);
const PGETBL_CTL = registerNumber("mmio", bdfOf(GRAPHICS), 0x2020);

export const i810: Chipset = {
  name: "i810",
  detected: "Detected an Intel i810 Chipset.",
  bridge: { device: BRIDGE, vendor: 0x8086, id: 0x7120 },
  devices: [
    { name: BRIDGE, agp: 0, isDisplay: false },
    { name: GRAPHICS, agp: 0, isDisplay: true },
  ],
  mmio: { device: GRAPHICS, bar: 0x14 },
  registers: [
    register("SMRAM", registerNumber("config", bdfOf(BRIDGE), 0x70), 4, {
      "window-32MB": [16, 16],
      "graphics-mode": [7, 6],
    }),
    register("GMADR", GMADR, 4, { base: [31, 26] }),
    register(
      "PGETBL_CTL",
      PGETBL_CTL,
      4,
      { table: [31, 12], enable: [0, 0] },
      { holdsTable: true },
    ),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x70, 4, 0xc0),
    powerOnValue(GRAPHICS, 0x10, 4, 0xe0000008),
    powerOnValue(GRAPHICS, 0x14, 4, 0xff000000),
  ],
  entry: {
    bytes: 4,
    // Bit 0 is valid; bit 1 means local memory, which no address of the bus names.
    encode: (page) => plus(pageBits(page, 32), 1),
    decode: (word) => (word % 4 === 1 ? bus(word - (word % 4096)) : null),
  },
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(GMADR),
  tableBase: tableIn(PGETBL_CTL),
  // The driver has no flush for it: a write through the window drops the entry from it (machine/gart.ts).
  flushesTlb: () => false,
};
