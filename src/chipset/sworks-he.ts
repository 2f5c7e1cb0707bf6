// sworks-he.ts - ServerWorks' HE: a two-level table whose directory begins at the aperture's base.
//
// Names as in drivers/char/agp/sworks-agp.c of 2.6.12-rc2. The AGP capability is that of function 1. Word 0
// of the directory is the aperture's first 4 MB; words without a page lead to a directory of scratch words.

import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";

const BRIDGE = "0000:00:00.0";
const AGP = "0000:00:00.1";
const CARD = "0000:01:00.0";
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
    { name: "CACHING", number: config(0x4b), width: 1, fields: [], holdsTable: false },
    { name: "FEATURE", number: config(0x68), width: 1, fields: [], holdsTable: false },
    {
      name: "AGP_ENABLE",
      number: registerNumber("config", bdfOf(AGP), 0x60),
      width: 1,
      fields: [{ name: "enable", bits: [0, 0] }],
      holdsTable: false,
    },
    { name: "GART_CACHE", number: mmio(0x02), width: 1, fields: [], holdsTable: false },
    {
      name: "GATTBASE",
      number: GATTBASE,
      width: 4,
      fields: [
        { name: "directory", bits: [31, 12] },
        { name: "command", bits: [2, 0] },
      ],
      holdsTable: true,
    },
    {
      name: "DIRFLUSH",
      number: DIRFLUSH,
      width: 4,
      fields: [{ name: "flush", bits: [0, 0] }],
      holdsTable: false,
    },
    {
      name: "POSTFLUSH",
      number: POSTFLUSH,
      width: 1,
      fields: [{ name: "flush", bits: [0, 0] }],
      holdsTable: false,
    },
  ],
  powerOn: [
    { device: BRIDGE, offset: 0x10, width: 4, value: 0xe0000008 },
    { device: BRIDGE, offset: 0x14, width: 4, value: 0xfc000000 },
    { device: AGP, offset: 0x80, width: 4, value: 0x00200002 },
    { device: AGP, offset: 0x84, width: 4, value: 0x1f000207 },
    { device: CARD, offset: 0xf0, width: 4, value: 0x00200002 },
    { device: CARD, offset: 0xf4, width: 4, value: 0x1f000207 },
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
