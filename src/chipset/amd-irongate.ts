// amd-irongate.ts - the AMD 751 (Irongate): a two-level table, and registers in a memory-mapped page.
//
// Names as in AMD's 751 data sheet (21910) and drivers/char/agp/amd-k7-agp.c of 2.6.12-rc2. One word of the
// directory stands for 4 MB and goes by the absolute address of the aperture, not relative to its base.

import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";

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
    {
      name: "APBASE",
      number: APBASE,
      width: 4,
      fields: [{ name: "base", bits: [31, 25] }],
      holdsTable: false,
    },
    {
      name: "APSIZE",
      number: config(0xac),
      width: 4,
      fields: [
        { name: "size", bits: [3, 1] },
        { name: "enable", bits: [0, 0] },
      ],
      holdsTable: false,
    },
    {
      name: "MODECNTL",
      number: config(0xb0),
      width: 1,
      fields: [{ name: "sync", bits: [7, 7] }],
      holdsTable: false,
    },
    { name: "MODECNTL2", number: config(0xb2), width: 1, fields: [], holdsTable: false },
    {
      name: "GARTENABLE",
      number: mmio(0x02),
      width: 2,
      fields: [{ name: "enable", bits: [2, 2] }],
      holdsTable: false,
    },
    {
      name: "ATTBASE",
      number: ATTBASE,
      width: 4,
      fields: [{ name: "directory", bits: [31, 12] }],
      holdsTable: true,
    },
    {
      name: "TLBFLUSH",
      number: TLBFLUSH,
      width: 4,
      fields: [{ name: "flush", bits: [0, 0] }],
      holdsTable: false,
    },
  ],
  powerOn: [
    { device: BRIDGE, offset: 0x10, width: 4, value: 0xe0000008 },
    { device: BRIDGE, offset: 0x14, width: 4, value: 0xfc000008 },
    { device: BRIDGE, offset: 0xac, width: 4, value: 0x3 },
    { device: BRIDGE, offset: 0xa0, width: 4, value: 0x00100002 },
    { device: BRIDGE, offset: 0xa4, width: 4, value: 0x0f000203 },
    { device: CARD, offset: 0xf0, width: 4, value: 0x00200002 },
    { device: CARD, offset: 0xf4, width: 4, value: 0x1f000207 },
  ],
  entry: pageAndValidBit,
  directory: { reach: 0x400000, relative: false, decode: pageAndValidBit.decode },
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase: tableIn(ATTBASE),
  flushesTlb: (register, word) => register === TLBFLUSH && word % 2 === 1,
};
