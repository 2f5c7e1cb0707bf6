// nforce2.ts - NVIDIA's nForce2: eight table base registers, each for a directory of 64 KB.
//
// Names as in drivers/char/agp/nvidia-agp.c of 2.6.12-rc2. Four devices share the work: 00:00.0 has size and
// aperture, .1 the flush, .2 the table, 00:1e.0 the aperture once more. A flush also reads through a mapping
// of the aperture, whose words read as zero here.

import { bus, distance, gattIndex } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { apertureIn, pageAndValidBit } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { g400, powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const MEMORY_1 = "0000:00:00.1";
const MEMORY_2 = "0000:00:00.2";
const AGP = "0000:00:1e.0";
const config = (device: string, offset: number) => registerNumber("config", bdfOf(device), offset);

const APBASE = config(BRIDGE, 0x10);
const ATTBASES = Array.from({ length: 8 }, (_, i) => config(MEMORY_2, 0xe0 + 4 * i));
/** Entries of a directory. */
const ENTRIES = 16384;
const WBC = config(MEMORY_1, 0xf0);
/** Write-back of caches: the bit that a flush sets and polls. */
const WBC_MASK = 2 ** 31;

export const nforce2: Chipset = {
  name: "nforce2",
  detected: "Detected NVIDIA nForce2 chipset",
  bridge: { device: BRIDGE, vendor: 0x10de, id: 0x01e0 },
  devices: [
    { name: BRIDGE, agp: 0x40, isDisplay: false },
    { name: MEMORY_1, agp: 0, isDisplay: false },
    { name: MEMORY_2, agp: 0, isDisplay: false },
    { name: AGP, agp: 0, isDisplay: false },
    g400.device,
  ],
  mmio: { device: BRIDGE, bar: 0x10 },
  registers: [
    register("APBASE", APBASE, 4, { base: [31, 25] }),
    register("APSIZE", config(BRIDGE, 0x80), 4, { enable: [8, 8], size: [3, 0] }),
    register("WBC", WBC, 4, { flush: [31, 31] }),
    register("GARTCTRL", config(MEMORY_2, 0xd0), 4, { "enable-cpu": [4, 4], enable: [0, 0] }),
    register("APBASE_2", config(MEMORY_2, 0xd8), 4),
    register("APLIMIT_2", config(MEMORY_2, 0xdc), 4),
    register("APBASE_3", config(AGP, 0x50), 4),
    register("APLIMIT_3", config(AGP, 0x54), 4),
    ...ATTBASES.map((number, i) =>
      register(
        `ATTBASE${i}`,
        number,
        4,
        { directory: [31, 12], valid: [0, 0] },
        { holdsTable: true },
      ),
    ),
  ],
  powerOn: [
    powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
    powerOnValue(BRIDGE, 0x80, 4, 0xe),
    powerOnValue(BRIDGE, 0x40, 4, 0x00200002),
    powerOnValue(BRIDGE, 0x44, 4, 0x1f000217),
    ...g400.powerOn,
  ],
  entry: pageAndValidBit,
  directory: null,
  cachedTable: false,
  apertureBase: apertureIn(APBASE),
  tableBase(registers, page = gattIndex(0)) {
    const part = Math.floor(distance(gattIndex(0), page) / ENTRIES);
    const number = ATTBASES[part];
    const written = number === undefined ? undefined : registers.register(number, 4);
    if (written === undefined || written.word % 2 === 0) return null;
    const directory = written.word - (written.word % 4096);
    return { base: bus(directory - part * ENTRIES * pageAndValidBit.bytes), seq: written.seq };
  },
  // The flush is over at once.
  keeps: (register, word) => (register === WBC ? word % WBC_MASK : word),
  flushesTlb: (register, word) => register === WBC && word >= WBC_MASK,
};
