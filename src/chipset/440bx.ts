// 440bx.ts - the Intel 440BX host bridge: where its GART registers are, and what a GATT entry holds.
//
// Names as in Intel's 440BX datasheet (290633), offsets and values as drivers/char/agp/intel-agp.c of
// 2.6.12-rc2 uses them.

import { bus, raw } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, tableIn } from "./bases.ts";
import type { Chipset, RegisterField } from "./chipset.ts";

const BRIDGE = "0000:00:00.0";
const CARD = "0000:01:00.0";
const at = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const APBASE = at(0x10); // aperture base, bits 31:22
const ATTBASE = at(0xb8); // aperture translation table base, bits 31:12
const AGPCTRL = at(0xb0);
const GTLB_ENABLE = 0x80; // AGPCTRL bit 7; clearing it invalidates the graphics TLB

const register = (
  name: string,
  number: number,
  width: 1 | 2 | 4,
  fields: readonly RegisterField[],
) => ({ name, number, width, fields, holdsTable: number === ATTBASE });

export const intel440bx: Chipset = {
  name: "intel-440bx",
  detected: "Detected an Intel 440BX Chipset.",
  bridge: { device: BRIDGE, vendor: 0x8086, id: 0x7190 },
  devices: [
    { name: BRIDGE, agp: 0xa0, isDisplay: false },
    { name: CARD, agp: 0xf0, isDisplay: true },
  ],
  mmio: null,
  registers: [
    register("APBASE", APBASE, 4, [{ name: "base", bits: [31, 22] }]),
    register("NBXCFG", at(0x50), 2, [{ name: "aperture-access", bits: [9, 9] }]),
    register("ERRSTS1", at(0x92), 1, [{ name: "errors", bits: [2, 0] }]),
    register("AGPSTAT", at(0xa4), 4, [{ name: "rates", bits: [2, 0] }]),
    register("AGPCMD", at(0xa8), 4, [
      { name: "agp-enable", bits: [8, 8] },
      { name: "rate", bits: [2, 0] },
    ]),
    register("AGPCTRL", AGPCTRL, 4, [{ name: "gtlb-enable", bits: [7, 7] }]),
    register("APSIZE", at(0xb4), 2, [{ name: "size", bits: [5, 0] }]),
    register("ATTBASE", ATTBASE, 4, [{ name: "table", bits: [31, 12] }]),
  ],
  powerOn: [
    { device: BRIDGE, offset: 0x10, width: 4, value: 0xe0000008 },
    { device: BRIDGE, offset: 0xb4, width: 2, value: 0x30 },
    { device: BRIDGE, offset: 0xa0, width: 4, value: 0x00100002 },
    { device: BRIDGE, offset: 0xa4, width: 4, value: 0x1f000203 },
    { device: CARD, offset: 0xf0, width: 4, value: 0x00200002 },
    { device: CARD, offset: 0xf4, width: 4, value: 0x1f000207 },
  ],
  entry: {
    bytes: 4,
    // Bits 31:12 are the page, bit 0 is valid; intel_generic_masks sets 0x17.
    encode: (page) => (raw(page) < 2 ** 32 ? raw(page) - (raw(page) % 4096) + 0x17 : null),
    decode: (word) => (word % 2 === 1 ? bus(word - (word % 4096)) : null),
  },
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase: tableIn(ATTBASE),
  flushesTlb: (register, word) => register === AGPCTRL && (word & GTLB_ENABLE) === 0,
};
