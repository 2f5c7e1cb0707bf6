// ati-igp.ts - ATI's IGPs RS100 and RS300: a two-level table, and registers in a memory-mapped page.
//
// Names as in drivers/char/agp/ati-agp.c of 2.6.12-rc2. The two differ in where configuration space has the
// size. As on Irongate the directory goes by the absolute address of the aperture.

import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { g400, powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const config = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);
const mmio = (offset: number) => registerNumber("mmio", bdfOf(BRIDGE), offset);

const APBASE = config(0x10);
const GART_BASE = mmio(0x04);
const GART_CACHE_CNTRL = mmio(0x0c);

/** What the two have in common; `apsize` is the offset of the size in configuration space. */
const igp = (apsize: number) =>
  ({
    devices: [{ name: BRIDGE, agp: 0xa0, isDisplay: false }, g400.device],
    mmio: { device: BRIDGE, bar: 0x14 },
    registers: [
      register("APBASE", APBASE, 4, { base: [31, 25] }),
      register("APSIZE", config(apsize), 4, { size: [3, 1], enable: [0, 0] }),
      register("IG_AGPMODE", config(apsize + 4), 4),
      register("GART_FEATURE_ID", mmio(0x00), 4),
      register("GART_BASE", GART_BASE, 4, { directory: [31, 12] }, { holdsTable: true }),
      register("GART_CACHE_CNTRL", GART_CACHE_CNTRL, 4, { flush: [0, 0] }),
    ],
    powerOn: [
      powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
      powerOnValue(BRIDGE, 0x14, 4, 0xfc000008),
      powerOnValue(BRIDGE, apsize, 4, 0x2),
      powerOnValue(BRIDGE, 0xa0, 4, 0x00200002),
      powerOnValue(BRIDGE, 0xa4, 4, 0x1f000217),
      ...g400.powerOn,
    ],
    entry: pageAndValidBit,
    directory: { reach: 0x400000, relative: false, decode: pageAndValidBit.decode },
    cachedTable: false,
    apertureBase: apertureIn(APBASE),
    tableBase: tableIn(GART_BASE),
    flushesTlb: (register, word) => register === GART_CACHE_CNTRL && word % 2 === 1,
  }) satisfies Partial<Chipset>;

export const atiRs100: Chipset = {
  ...igp(0xac),
  name: "ati-rs100",
  detected: "Detected Ati IGP320/M chipset",
  bridge: { device: BRIDGE, vendor: 0x1002, id: 0xcab0 },
};

export const atiRs300: Chipset = {
  ...igp(0xf8),
  name: "ati-rs300",
  detected: "Detected Ati IGP9100/M chipset",
  bridge: { device: BRIDGE, vendor: 0x1002, id: 0x5830 },
};
