// amd64.ts - the GART of the AMD64: it is in the processor's northbridge, whatever AGP bridge stands beside.
//
// Names and values as drivers/char/agp/amd64-agp.c of 2.6.12-rc2 has them. Each processor has a northbridge of its own, and the driver
// writes the same to each; the first one decides what the card sees. An entry holds 40 bits of address, the upper eight in its bits 11:4.

import { aperture, bus, PAGE_SIZE, pageBits } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { Chipset, EntryFormat, RegisterOf } from "./chipset.ts";
import { type AgpDevice, agpDevice, configRegister, powerOnValue, radeonAt } from "./layout.ts";

/** Configuration registers of a northbridge's function 3. */
export const APERTURECTL = 0x90;
export const APERTUREBASE = 0x94;
export const TABLEBASE = 0x98;
export const CACHECTL = 0x9c;

export const northbridges = ["0000:00:18.3", "0000:00:19.3"] as const;
const [FIRST] = northbridges;
const first = (offset: number) => registerNumber("config", bdfOf(FIRST), offset);

const GARTEN = 1;
const COHERENT_AND_VALID = 3;

/** TABLEBASE bits 31:4 are bits 39:12 of the address. */
const tableIn = (word: number) => bus((word - (word % 16)) * 2 ** 8);

const registersOf = (device: string, name: string): RegisterOf[] => [
  configRegister(device, `${name}APERTURECTL`, APERTURECTL, 4, {
    ...{ size: [3, 1], enable: [0, 0], "disable-cpu": [4, 4], "disable-io": [5, 5] },
  }),
  configRegister(device, `${name}APERTUREBASE`, APERTUREBASE, 4, { base: [14, 0] }),
  configRegister(
    device,
    `${name}TABLEBASE`,
    TABLEBASE,
    4,
    { table: [31, 4] },
    { holdsTable: true, tableIn },
  ),
  configRegister(device, `${name}CACHECTL`, CACHECTL, 4, { invalidate: [0, 0] }),
];

const entry: EntryFormat = {
  bytes: 4,
  encode: (page) => {
    const address = pageBits(page, 40);
    if (address === null) return null;
    const frame = address / PAGE_SIZE;
    return (frame % 2 ** 20) * PAGE_SIZE + Math.floor(frame / 2 ** 20) * 16 + COHERENT_AND_VALID;
  },
  decode: (word) => {
    if (word % 2 === 0) return null;
    const upper = (word >> 4) & 0xff;
    return bus(upper * 2 ** 32 + word - (word % PAGE_SIZE));
  },
};

/** What a machine has beside its northbridges. */
interface Machine {
  readonly bridge: AgpDevice;
  readonly vendor: number;
  readonly id: number;
  readonly detected: string;
  /** Devices beside the bridge, by name. */
  readonly others?: readonly string[];
  readonly powerOn: Chipset["powerOn"];
  readonly processors?: 1 | 2;
  /** What the firmware left in the northbridges: APERTURECTL and APERTUREBASE. */
  readonly aperture?: readonly [control: number, base: number];
}

/** 64 MB at 0xe0000000. */
const SET_UP = [0x2, 0x70] as const;

function amd64(name: string, machine: Machine): Chipset {
  const { bridge, others = [], processors = 1, aperture: left = SET_UP } = machine;
  const hosts = northbridges.slice(0, processors);
  const card = radeonAt("0000:05:00.0");
  const plain = [...others, ...hosts].map((name) => ({ name, agp: 0, isDisplay: false }));
  return {
    name: `amd64-${name}`,
    detected: machine.detected,
    bridge: { device: bridge.device.name, vendor: machine.vendor, id: machine.id },
    devices: [...plain, bridge.device, card.device].sort((a, b) => bdfOf(a.name) - bdfOf(b.name)),
    mmio: null,
    registers: hosts.flatMap((host, i) => registersOf(host, i === 0 ? "" : `CPU${i}-`)),
    powerOn: [
      ...bridge.powerOn,
      ...card.powerOn,
      ...machine.powerOn,
      ...hosts.flatMap((host) => [
        powerOnValue(host, APERTURECTL, 4, left[0]),
        powerOnValue(host, APERTUREBASE, 4, left[1]),
      ]),
    ],
    entry,
    directory: null,
    cachedTable: false,
    apertureBase: (registers) => {
      const base = registers.register(first(APERTUREBASE), 4);
      return base === undefined ? null : aperture((base.word % 2 ** 15) * 2 ** 25);
    },
    tableBase: (registers) => {
      const table = registers.register(first(TABLEBASE), 4);
      const control = registers.register(first(APERTURECTL), 4);
      if (table === undefined || (control !== undefined && control.word % 2 !== GARTEN))
        return null;
      return { base: tableIn(table.word), seq: table.seq };
    },
    flushesTlb: (register, word) => register === first(CACHECTL) && word % 2 === 1,
  };
}

/** AMD's own tunnel; its revision is in byte 8. */
const tunnel = (revision: number, head = 0x00300002): Machine => ({
  bridge: agpDevice("0000:04:00.0", 0xa0, head, 0x1f000a1b),
  vendor: 0x1022,
  id: 0x7454,
  detected: `Detected AMD 8151 AGP Bridge rev B${revision - 0x11}`,
  powerOn: [
    powerOnValue("0000:04:00.0", 0x08, 4, 0x06000000 + revision),
    powerOnValue("0000:04:00.0", 0x10, 4, 0xe0000008),
    powerOnValue("0000:04:00.0", 0xb4, 2, 0xf30),
  ],
});

/** Other makers' bridges have no name in the driver: it tells device and function. */
const clone = (device: string, agp: number, bar: number) => ({
  bridge: agpDevice(device, agp, 0x00300002, 0x1f000a1b),
  detected: `Detected AGP bridge ${(bdfOf(device) % 256).toString(16)}`,
  powerOn: [powerOnValue(device, 0x10, 4, bar)],
});

const k8t800 = clone("0000:00:00.0", 0x80, 0xe0000008);

export const amd64s: readonly Chipset[] = [
  amd64("8151", tunnel(0x13)),
  amd64("8151-2p", { ...tunnel(0x13), processors: 2 }),
  // It says AGP 3.5 and is 3.0.
  amd64("8151-b1", tunnel(0x12, 0x00350002)),
  // The firmware set up no aperture in the northbridge: the driver takes the bridge's.
  amd64("8151-noaper", { ...tunnel(0x13), aperture: [0, 0] }),
  amd64("nforce3", {
    ...clone("0000:00:00.0", 0x44, 0x8),
    ...{ vendor: 0x10de, id: 0x00d1, others: ["0000:00:0b.0"] },
  }),
  amd64("uli1689", {
    ...clone("0000:00:01.0", 0x44, 0x8),
    ...{ vendor: 0x10b9, id: 0x1689, others: ["0000:00:00.0"] },
  }),
  amd64("k8t800", {
    ...k8t800,
    ...{ vendor: 0x1106, id: 0x3188 },
    powerOn: [...k8t800.powerOn, powerOnValue("0000:00:00.0", 0x94, 2, 0xf30)],
  }),
];
