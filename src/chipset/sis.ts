// sis.ts - SiS host bridges: the 735 of AGP 2.0, the 648 of 3.0 and the 746 of 3.5.
//
// The 746 has its GART where the AGP 3.0 specification puts it, the older ones have registers of their own.
// Names and values as drivers/char/agp/{sis-agp.c,agp.h} of 2.6.12-rc2 have them.

import { bdfOf, registerNumber } from "../event/register.ts";
import { bareAddress } from "./bare-address.ts";
import { apertureIn, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import {
  type AgpDevice,
  agpDevice,
  configRegister,
  g400,
  powerOnValue,
  radeonAt,
} from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const CARD = "0000:01:00.0";
const CAPABILITY = 0xc0;
const at = configRegister.bind(null, BRIDGE);
const numberAt = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const APBASE = at("APBASE", 0x10, 4, { base: [31, 22] });
const TLBFLUSH = numberAt(0x98);
const AGPCTRL = numberAt(CAPABILITY + 0x10);
const GTLBEN = 0x80;

const sis = (
  id: number,
  number: string,
  bridge: AgpDevice,
  card: AgpDevice,
): Omit<Chipset, "registers" | "powerOn" | "tableBase" | "flushesTlb"> => ({
  name: `sis-${number}`,
  detected: `Detected SiS ${number} chipset`,
  bridge: { device: BRIDGE, vendor: 0x1039, id },
  devices: [bridge.device, card.device],
  mmio: null,
  entry: bareAddress,
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(APBASE.number),
});

/** The registers of their own that the older ones have. */
const older = (id: number, number: string, bridge: AgpDevice, card: AgpDevice): Chipset => ({
  ...sis(id, number, bridge, card),
  registers: [
    APBASE,
    at("ATTBASE", 0x90, 4, { table: [31, 12] }, { holdsTable: true }),
    at("APSIZE", 0x94, 1, { size: [6, 4], enable: [1, 0] }),
    at("TLBCNTRL", 0x97, 1, { control: [2, 0] }),
    at("TLBFLUSH", 0x98, 1, { flush: [1, 1] }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x94, 1, 0x40),
    ...bridge.powerOn,
    ...card.powerOn,
  ],
  tableBase: tableIn(numberAt(0x90)),
  flushesTlb: (register, word) => register === TLBFLUSH && (word & 2) !== 0,
});

const bridge746 = agpDevice(BRIDGE, CAPABILITY, 0x00350002, 0x1f000a1b);
const card746 = agpDevice(CARD, 0x58, 0x00350002, 0x1f000a1b, true);

const sis746: Chipset = {
  ...sis(0x0746, "746", bridge746, card746),
  registers: [
    APBASE,
    at("AGPCTRL", 0xd0, 4, { "aperture-enable": [8, 8], "gtlb-enable": [7, 7] }),
    at("APSIZE", 0xd4, 2, { size: [11, 0] }),
    at("GARTLO", 0xd8, 4, { table: [31, 12] }, { holdsTable: true }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x04, 4, 0x00100000),
    powerOnValue(BRIDGE, 0x34, 1, 0xc0),
    powerOnValue(BRIDGE, 0xd4, 2, 0xf30),
    powerOnValue(CARD, 0x04, 4, 0x00100000),
    powerOnValue(CARD, 0x34, 1, 0x58),
    ...bridge746.powerOn,
    ...card746.powerOn,
  ],
  tableBase: tableIn(numberAt(0xd8)),
  flushesTlb: (register, word) => register === AGPCTRL && (word & GTLBEN) === 0,
};

export const sises: readonly Chipset[] = [
  older(0x0735, "735", agpDevice(BRIDGE, CAPABILITY, 0x00200002, 0x1f000207), g400),
  older(0x0648, "648", agpDevice(BRIDGE, CAPABILITY, 0x00300002, 0x1f000a1b), radeonAt(CARD)),
  sis746,
];
