// ati-igp.ts - ATI's IGPs RS100 and RS300: a two-level table, and registers in a memory-mapped page.
//
// Names as in drivers/char/agp/ati-agp.c of 2.6.12-rc2. The two differ in where configuration space has the
// size. As on Irongate the directory goes by the absolute address of the aperture.

import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";

const BRIDGE = "0000:00:00.0";
const CARD = "0000:01:00.0";
const config = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);
const mmio = (offset: number) => registerNumber("mmio", bdfOf(BRIDGE), offset);

const APBASE = config(0x10);
const GART_BASE = mmio(0x04);
const GART_CACHE_CNTRL = mmio(0x0c);

/** What the two have in common; `apsize` is the offset of the size in configuration space. */
const igp = (apsize: number) =>
  ({
    devices: [
      { name: BRIDGE, agp: 0xa0, isDisplay: false },
      { name: CARD, agp: 0xf0, isDisplay: true },
    ],
    mmio: { device: BRIDGE, bar: 0x14 },
    registers: [
      {
        name: "APBASE",
        number: APBASE,
        width: 4,
        fields: [{ name: "base", bits: [31, 25] }],
        holdsTable: false,
      },
      {
        name: "APSIZE",
        number: config(apsize),
        width: 4,
        fields: [
          { name: "size", bits: [3, 1] },
          { name: "enable", bits: [0, 0] },
        ],
        holdsTable: false,
      },
      {
        name: "IG_AGPMODE",
        number: config(apsize + 4),
        width: 4,
        fields: [],
        holdsTable: false,
      },
      { name: "GART_FEATURE_ID", number: mmio(0x00), width: 4, fields: [], holdsTable: false },
      {
        name: "GART_BASE",
        number: GART_BASE,
        width: 4,
        fields: [{ name: "directory", bits: [31, 12] }],
        holdsTable: true,
      },
      {
        name: "GART_CACHE_CNTRL",
        number: GART_CACHE_CNTRL,
        width: 4,
        fields: [{ name: "flush", bits: [0, 0] }],
        holdsTable: false,
      },
    ],
    powerOn: [
      { device: BRIDGE, offset: 0x10, width: 4, value: 0xe0000008 },
      { device: BRIDGE, offset: 0x14, width: 4, value: 0xfc000008 },
      { device: BRIDGE, offset: apsize, width: 4, value: 0x2 },
      { device: BRIDGE, offset: 0xa0, width: 4, value: 0x00200002 },
      { device: BRIDGE, offset: 0xa4, width: 4, value: 0x1f000217 },
      { device: CARD, offset: 0xf0, width: 4, value: 0x00200002 },
      { device: CARD, offset: 0xf4, width: 4, value: 0x1f000207 },
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
