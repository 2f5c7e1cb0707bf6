// sworks-he.ts - ServerWorks' HE: a two-level table whose directory begins at the aperture's base.
//
// Names as in drivers/char/agp/sworks-agp.c of 2.6.12-rc2. The AGP capability is that of function 1. Word 0
// of the directory is the aperture's first 4 MB; words without a page lead to a directory of scratch words.

import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { g400, powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const AGP = "0000:00:00.1";
const config = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);
const mmio = (offset: number) => registerNumber("mmio", bdfOf(BRIDGE), offset);

const APBASE = config(0x10);
const GATTBASE = mmio(0x04);
const DIRFLUSH = mmio(0x0c);
const POSTFLUSH = mmio(0x14);

export const sworksHe: Chipset = {
  name: "sworks-he",
  detected: null,
  bridge: { device: BRIDGE, vendor: 0x1166, id: 0x0008 },
  devices: [
    { name: BRIDGE, agp: 0, isDisplay: false },
    { name: AGP, agp: 0x80, isDisplay: false },
    g400.device,
  ],
  mmio: { device: BRIDGE, bar: 0x14 },
  registers: [
    register("APBASE", APBASE, 4, { base: [31, 25] }),
    register("CACHING", config(0x4b), 1),
    register("FEATURE", config(0x68), 1),
    register("AGP_ENABLE", registerNumber("config", bdfOf(AGP), 0x60), 1, { enable: [0, 0] }),
    register("GART_CACHE", mmio(0x02), 1),
    register(
      "GATTBASE",
      GATTBASE,
      4,
      { directory: [31, 12], command: [2, 0] },
      { holdsTable: true },
    ),
    register("DIRFLUSH", DIRFLUSH, 4, { flush: [0, 0] }),
    register("POSTFLUSH", POSTFLUSH, 1, { flush: [0, 0] }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x14, 4, 0xfc000000),
    powerOnValue(AGP, 0x80, 4, 0x00200002),
    powerOnValue(AGP, 0x84, 4, 0x1f000207),
    ...g400.powerOn,
  ],
  entry: pageAndValidBit,
  directory: { reach: 0x400000, relative: true, decode: pageAndValidBit.decode },
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase: tableIn(GATTBASE),
  keeps(register, word) {
    // An aperture of 64 MB: the bits below its size read as zero, but for the kind of the BAR.
    if (register === APBASE) return Math.floor(word / 2 ** 26) * 2 ** 26 + 8;
    // A flush is over at once.
    return register === DIRFLUSH || register === POSTFLUSH ? 0 : word;
  },
  flushesTlb: (register, word) => register === DIRFLUSH && word % 2 === 1,
};
