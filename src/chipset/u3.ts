// u3.ts - Apple's U3, the host bridge of the PowerMac G5: memory controller and GART in one.
//
// Registers and entry format as in drivers/char/agp/uninorth-agp.c of 2.6.12-rc2; there is no public
// data sheet. The aperture is always at bus address 0. Entries are big-endian in memory; words here are
// what the CPU stores.

import { aperture, bus, PAGE_SIZE, pageBits } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { Chipset } from "./chipset.ts";
import { powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:f0:0b.0";
const CARD = "0000:f0:10.0";
const at = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const GART_BASE = at(0x8c);
const AGP_BASE = at(0x90);
const GART_CTRL = at(0x94);
const GART_INVAL = 0x1;
const VALID = 2 ** 31;

export const u3: Chipset = {
  name: "u3",
  detected: "Detected Apple U3 chipset",
  bridge: { device: BRIDGE, vendor: 0x106b, id: 0x004b },
  devices: [
    { name: BRIDGE, agp: 0x80, isDisplay: false },
    { name: CARD, agp: 0x58, isDisplay: true },
  ],
  mmio: null,
  registers: [
    register("GART_BASE", GART_BASE, 4, { table: [31, 12], size: [11, 0] }, { holdsTable: true }),
    register("AGP_BASE", AGP_BASE, 4, { "table-high": [3, 0] }),
    register("GART_CTRL", GART_CTRL, 4, { perfrd: [19, 19], enable: [8, 8], invalidate: [0, 0] }),
    register("DUMMY_PAGE", at(0xa4), 4, { frame: [23, 0] }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x80, 4, 0x00300002),
    powerOnValue(BRIDGE, 0x84, 4, 0x1f000a1b),
    powerOnValue(BRIDGE, 0x8c, 4, 0x10),
    powerOnValue(CARD, 0x58, 4, 0x00300002),
    powerOnValue(CARD, 0x5c, 4, 0x1f000a1b),
  ],
  entry: {
    bytes: 4,
    // Bit 31 is valid, the rest is the frame number: 43 bits of address, of which the G5 has 36.
    encode: (page) => {
      const address = pageBits(page, 43);
      return address === null ? null : address / PAGE_SIZE + VALID;
    },
    decode: (word) => (word >= VALID ? bus((word - VALID) * 4096) : null),
  },
  directory: null,
  cachedTable: true,
  apertureBase: () => aperture(0),
  tableBase: (registers) => {
    const written = registers.register(GART_BASE, 4);
    if (written === undefined) return null;
    const high = (registers.register(AGP_BASE, 4)?.word ?? 0) % 16;
    return {
      base: bus(high * 2 ** 32 + written.word - (written.word % 4096)),
      seq: written.seq,
    };
  },
  flushesTlb: (register, word) => register === GART_CTRL && (word & GART_INVAL) !== 0,
};
