// uninorth.ts - Apple's UniNorth, the host bridge of PowerMacs of 32 bits, in two revisions.
//
// Registers and entry format as in drivers/char/agp/uninorth-agp.c of 2.6.12-rc2; there is no public data
// sheet. The aperture is always at bus address 0, of 32 MB at most.

import { aperture } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { pageAndValidBit, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:f0:0b.0";
const CARD = "0000:f0:10.0";
const at = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const GART_BASE = at(0x8c);
const GART_CTRL = at(0x94);
const GART_INVAL = 0x1;

/** What both have in common; the capability says which AGP they speak, and at which rates. */
const unin = (agp: { readonly id: number; readonly status: number }) =>
  ({
    devices: [
      { name: BRIDGE, agp: 0x80, isDisplay: false },
      { name: CARD, agp: 0x58, isDisplay: true },
    ],
    mmio: null,
    registers: [
      register("GART_BASE", GART_BASE, 4, { table: [31, 12], size: [11, 0] }, { holdsTable: true }),
      register("AGP_BASE", at(0x90), 4),
      register("GART_CTRL", GART_CTRL, 4, {
        "2x-reset": [16, 16],
        enable: [8, 8],
        invalidate: [0, 0],
      }),
    ],
    powerOn: [
      powerOnValue(BRIDGE, 0x80, 4, agp.id),
      powerOnValue(BRIDGE, 0x84, 4, agp.status),
      powerOnValue(BRIDGE, 0x8c, 4, 0x8),
      powerOnValue(CARD, 0x58, 4, 0x00200002),
      powerOnValue(CARD, 0x5c, 4, 0x1f000207),
    ],
    entry: pageAndValidBit,
    directory: null,
    cachedTable: true,
    apertureBase: () => aperture(0),
    tableBase: tableIn(GART_BASE),
    flushesTlb: (register, word) => register === GART_CTRL && word % 2 === GART_INVAL,
  }) satisfies Partial<Chipset>;

export const uninorth: Chipset = {
  ...unin({ id: 0x00100002, status: 0x07000203 }),
  name: "uninorth",
  detected: "Detected Apple UniNorth chipset",
  bridge: { device: BRIDGE, vendor: 0x106b, id: 0x0020 },
};

/** UniNorth 1.5, whose device-rev is 0x21: an AGP 2.0 controller. */
export const uninorth15: Chipset = {
  ...unin({ id: 0x00200002, status: 0x1f000217 }),
  name: "uninorth15",
  detected: "Detected Apple UniNorth 1.5 chipset",
  bridge: { device: BRIDGE, vendor: 0x106b, id: 0x002d },
};
