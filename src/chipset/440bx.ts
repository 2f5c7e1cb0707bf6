// 440bx.ts - the Intel 440BX host bridge: where its GART registers are, and what a GATT entry holds.
//
// Names as in Intel's 440BX datasheet (290633), offsets and values as drivers/char/agp/intel-agp.c of
// 2.6.12-rc2 uses them.

import { bus, pageBits, restOf } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, plus, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const CARD = "0000:01:00.0";
const at = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const APBASE = at(0x10); // aperture base, bits 31:22
const ATTBASE = at(0xb8); // aperture translation table base, bits 31:12
const AGPCTRL = at(0xb0);
const GTLB_ENABLE = 0x80; // AGPCTRL bit 7; clearing it invalidates the graphics TLB

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
    register("APBASE", APBASE, 4, { base: [31, 22] }),
    register("NBXCFG", at(0x50), 2, { "aperture-access": [9, 9] }),
    register("ERRSTS1", at(0x92), 1, { errors: [2, 0] }),
    register("AGPSTAT", at(0xa4), 4, { rates: [2, 0] }),
    register("AGPCMD", at(0xa8), 4, { "agp-enable": [8, 8], rate: [2, 0] }),
    register("AGPCTRL", AGPCTRL, 4, { "gtlb-enable": [7, 7] }),
    register("APSIZE", at(0xb4), 2, { size: [5, 0] }),
    register("ATTBASE", ATTBASE, 4, { table: [31, 12] }, { holdsTable: true }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0xb4, 2, 0x30),
    powerOnValue(BRIDGE, 0xa0, 4, 0x00100002),
    powerOnValue(BRIDGE, 0xa4, 4, 0x1f000203),
    powerOnValue(CARD, 0xf0, 4, 0x00200002),
    powerOnValue(CARD, 0xf4, 4, 0x1f000207),
  ],
  entry: {
    bytes: 4,
    // Bits 31:12 are the page, bit 0 is valid; intel_generic_masks sets 0x17.
    encode: (page) => plus(pageBits(page, 32), 0x17),
    decode: (word) => (restOf(word, 2) === 1 ? bus(word - restOf(word, 4096)) : null),
  },
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase: tableIn(ATTBASE),
  flushesTlb: (register, word) => register === AGPCTRL && (word & GTLB_ENABLE) === 0,
};
