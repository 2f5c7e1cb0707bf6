// amd-irongate.ts - the AMD 751 (Irongate): a two-level table, and registers in a memory-mapped page.
//
// Names as in AMD's 751 data sheet (21910) and drivers/char/agp/amd-k7-agp.c of 2.6.12-rc2. One word of the
// directory stands for 4 MB and goes by the absolute address of the aperture, not relative to its base.

import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const CARD = "0000:01:05.0";
const config = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);
const mmio = (offset: number) => registerNumber("mmio", bdfOf(BRIDGE), offset);

const APBASE = config(0x10);
const ATTBASE = mmio(0x04);
const TLBFLUSH = mmio(0x0c);

export const amdIrongate: Chipset = {
  name: "amd-irongate",
  detected: "Detected AMD Irongate chipset",
  bridge: { device: BRIDGE, vendor: 0x1022, id: 0x7006 },
  devices: [
    { name: BRIDGE, agp: 0xa0, isDisplay: false },
    { name: CARD, agp: 0xf0, isDisplay: true },
  ],
  mmio: { device: BRIDGE, bar: 0x14 },
  registers: [
    register("APBASE", APBASE, 4, { base: [31, 25] }),
    register("APSIZE", config(0xac), 4, { size: [3, 1], enable: [0, 0] }),
    register("MODECNTL", config(0xb0), 1, { sync: [7, 7] }),
    register("MODECNTL2", config(0xb2), 1),
    register("GARTENABLE", mmio(0x02), 2, { enable: [2, 2] }),
    register("ATTBASE", ATTBASE, 4, { directory: [31, 12] }, { holdsTable: true }),
    register("TLBFLUSH", TLBFLUSH, 4, { flush: [0, 0] }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x14, 4, 0xfc000008),
    powerOnValue(BRIDGE, 0xac, 4, 0x3),
    powerOnValue(BRIDGE, 0xa0, 4, 0x00100002),
    powerOnValue(BRIDGE, 0xa4, 4, 0x0f000203),
    powerOnValue(CARD, 0xf0, 4, 0x00200002),
    powerOnValue(CARD, 0xf4, 4, 0x1f000207),
  ],
  entry: pageAndValidBit,
  directory: { reach: 0x400000, relative: false, decode: pageAndValidBit.decode },
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase: tableIn(ATTBASE),
  flushesTlb: (register, word) => register === TLBFLUSH && word % 2 === 1,
};
