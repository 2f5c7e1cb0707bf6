// nforce2.ts - NVIDIA's nForce2: eight table base registers, each for a directory of 64 KB.
//
// Names as in drivers/char/agp/nvidia-agp.c of 2.6.12-rc2. Four devices share the work: 00:00.0 has size and
// aperture, .1 the flush, .2 the table, 00:1e.0 the aperture once more. A flush also reads through a mapping
// of the aperture, whose words read as zero here.

import { bus } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit } from "./bases.ts";
import type { Chipset } from "./chipset.ts";

const BRIDGE = "0000:00:00.0";
const MEMORY_1 = "0000:00:00.1";
const MEMORY_2 = "0000:00:00.2";
const AGP = "0000:00:1e.0";
const CARD = "0000:01:00.0";
const config = (device: string, offset: number) => registerNumber("config", bdfOf(device), offset);

const APBASE = config(BRIDGE, 0x10);
const ATTBASES = Array.from({ length: 8 }, (_, i) => config(MEMORY_2, 0xe0 + 4 * i));
/** Entries of a directory. */
const ENTRIES = 16384;
const WBC = config(MEMORY_1, 0xf0);
/** Write-back of caches: the bit that a flush sets and polls. */
const WBC_MASK = 2 ** 31;

/** A register that holds a bound of the aperture. */
const bound = (name: string, device: string, offset: number) =>
  ({ name, number: config(device, offset), width: 4, fields: [], holdsTable: false }) as const;

export const nforce2: Chipset = {
  name: "nforce2",
  detected: "Detected NVIDIA nForce2 chipset",
  bridge: { device: BRIDGE, vendor: 0x10de, id: 0x01e0 },
  devices: [
    { name: BRIDGE, agp: 0x40, isDisplay: false },
    { name: MEMORY_1, agp: 0, isDisplay: false },
    { name: MEMORY_2, agp: 0, isDisplay: false },
    { name: AGP, agp: 0, isDisplay: false },
    { name: CARD, agp: 0xf0, isDisplay: true },
  ],
  mmio: { device: BRIDGE, bar: 0x10 },
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
      number: config(BRIDGE, 0x80),
      width: 4,
      fields: [
        { name: "enable", bits: [8, 8] },
        { name: "size", bits: [3, 0] },
      ],
      holdsTable: false,
    },
    {
      name: "WBC",
      number: WBC,
      width: 4,
      fields: [{ name: "flush", bits: [31, 31] }],
      holdsTable: false,
    },
    {
      name: "GARTCTRL",
      number: config(MEMORY_2, 0xd0),
      width: 4,
      fields: [
        { name: "enable-cpu", bits: [4, 4] },
        { name: "enable", bits: [0, 0] },
      ],
      holdsTable: false,
    },
    bound("APBASE_2", MEMORY_2, 0xd8),
    bound("APLIMIT_2", MEMORY_2, 0xdc),
    bound("APBASE_3", AGP, 0x50),
    bound("APLIMIT_3", AGP, 0x54),
    ...ATTBASES.map(
      (number, i) =>
        ({
          name: `ATTBASE${i}`,
          number,
          width: 4,
          fields: [
            { name: "directory", bits: [31, 12] },
            { name: "valid", bits: [0, 0] },
          ],
          holdsTable: true,
        }) as const,
    ),
  ],
  powerOn: [
    { device: BRIDGE, offset: 0x10, width: 4, value: 0xe0000008 },
    { device: BRIDGE, offset: 0x80, width: 4, value: 0xe },
    { device: BRIDGE, offset: 0x40, width: 4, value: 0x00200002 },
    { device: BRIDGE, offset: 0x44, width: 4, value: 0x1f000217 },
    { device: CARD, offset: 0xf0, width: 4, value: 0x00200002 },
    { device: CARD, offset: 0xf4, width: 4, value: 0x1f000207 },
  ],
  entry: pageAndValidBit,
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase(registers, page = 0) {
    const part = Math.floor(page / ENTRIES);
    const number = ATTBASES[part];
    const held = number === undefined ? undefined : registers.register(number, 4);
    if (held === undefined || held.word % 2 === 0) return null;
    const directory = held.word - (held.word % 4096);
    return { base: bus(directory - part * ENTRIES * pageAndValidBit.bytes), seq: held.seq };
  },
  // The flush is over at once.
  keeps: (register, word) => (register === WBC ? word % WBC_MASK : word),
  flushesTlb: (register, word) => register === WBC && word >= WBC_MASK,
};
