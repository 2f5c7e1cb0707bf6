// via.ts - VIA's host bridges: the KT133 of AGP 2.0, and the KT400 and KT880 of AGP 3.0 and 3.5.
//
// Names and values as drivers/char/agp/via-agp.c of 2.6.12-rc2 has them. An entry is the bare address of
// the page: no bit says that it is valid, so that the page at 0 cannot be told from no page.

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
const at = configRegister.bind(null, BRIDGE);
const numberAt = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const APBASE = at("APBASE", 0x10, 4, { base: [31, 22] });
const GARTCTRL = numberAt(0x80);
const ATTBASE = numberAt(0x88);
const AGP3_STATUS = numberAt(0x84);
/** AGP 3.0 mode, fast writes and the rates of the status, in its lowest byte. */
const STATUS_BYTE = 0x1b;
const AGP3_GARTCTRL = numberAt(0x90);
const AGP3_ATTBASE = numberAt(0x98);
/** GARTCTRL bit 7: under AGP 2.0 setting it empties the TLB, under AGP 3.0 clearing it does. */
const GTLB = 0x80;

const common = {
  mmio: null,
  entry: bareAddress,
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(APBASE.number),
} as const;

const bridge = agpDevice(BRIDGE, 0xa0, 0x00200002, 0x1f000207);

export const viaKt133: Chipset = {
  ...common,
  name: "via-kt133",
  detected: "Detected VIA Twister-K/KT133x/KM133 chipset",
  bridge: { device: BRIDGE, vendor: 0x1106, id: 0x0305 },
  devices: [bridge.device, g400.device],
  registers: [
    APBASE,
    at("GARTCTRL", 0x80, 4, { flush: [7, 7], access: [3, 0] }),
    at("APSIZE", 0x84, 1, { size: [7, 0] }),
    at("ATTBASE", 0x88, 4, { table: [31, 12], enable: [1, 0] }, { holdsTable: true }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x84, 1, 0xc0),
    ...bridge.powerOn,
    ...g400.powerOn,
  ],
  tableBase: tableIn(ATTBASE),
  flushesTlb: (register, word) => register === GARTCTRL && (word & GTLB) !== 0,
};

/** A bridge in AGP 3.0 mode; `more` is what else its machine holds at power-on. */
const agp3 = (
  name: string,
  id: number,
  detected: string,
  bridge: AgpDevice,
  card: AgpDevice,
  more: Chipset["powerOn"] = [],
): Chipset => ({
  ...common,
  name,
  detected,
  bridge: { device: BRIDGE, vendor: 0x1106, id },
  devices: [bridge.device, card.device],
  registers: [
    APBASE,
    at("GARTCTRL", 0x90, 4, { "aperture-enable": [8, 8], "gtlb-enable": [7, 7] }),
    at("APSIZE", 0x94, 2, { size: [11, 0] }),
    at("ATTBASE", 0x98, 4, { table: [31, 12] }, { holdsTable: true }),
    at("AGPSEL", 0xfd, 1, { "agp2-mode": [1, 1] }),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x94, 2, 0xf30),
    ...bridge.powerOn,
    ...card.powerOn,
    ...more,
  ],
  tableBase: tableIn(AGP3_ATTBASE),
  // The driver's cleanup writes a byte to the status register, which ignores it.
  keeps: (register, word) => (register === AGP3_STATUS ? STATUS_BYTE : word),
  flushesTlb: (register, word) => register === AGP3_GARTCTRL && (word & GTLB) === 0,
});

export const viaKt400 = agp3(
  "via-kt400",
  0x3189,
  "Detected VIA KT400/KT400A/KT600 chipset",
  agpDevice(BRIDGE, 0x80, 0x00300002, 0x1f000a1b),
  radeonAt(CARD),
);

/** AGP 3.5 with isochronous transfers; `wanted` is the card's NISTAT: bits 23:16 ask for bandwidth. */
const kt880 = (name: string, wanted: number): Chipset =>
  agp3(
    name,
    0x0269,
    "Detected VIA KT880 chipset",
    agpDevice(BRIDGE, 0x80, 0x00350002, 0x1f020a1b),
    agpDevice(CARD, 0x58, 0x00350002, 0x1f020a1b, true),
    [
      powerOnValue(BRIDGE, 0x04, 4, 0x00100000),
      powerOnValue(BRIDGE, 0x34, 1, 0x80),
      powerOnValue(BRIDGE, 0x8c, 4, 0x00080810),
      powerOnValue(CARD, 0x04, 4, 0x00100000),
      powerOnValue(CARD, 0x34, 1, 0x58),
      powerOnValue(CARD, 0x64, 4, wanted),
    ],
  );

export const vias: readonly Chipset[] = [
  viaKt133,
  viaKt400,
  kt880("via-kt880", 0x00040408),
  // The same with a card that asks for more bandwidth than the bridge has.
  kt880("via-kt880-bw", 0x00100408),
];
