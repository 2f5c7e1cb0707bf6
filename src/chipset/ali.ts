// ali.ts - ALi's host bridges M1541 and M1671: aperture size and table base share a register.
//
// Names and values as drivers/char/agp/ali-agp.c of 2.6.12-rc2 has them.

import { bdfOf, registerNumber } from "../event/register.ts";
import { bareAddress } from "./bare-address.ts";
import { apertureIn, tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { agpDevice, configRegister, g400, powerOnValue } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const at = configRegister.bind(null, BRIDGE);
const numberAt = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

const APBASE = at("APBASE", 0x10, 4, { base: [31, 22] });
const TAGCTRL = numberAt(0xc4);
/** Both bits of TAGCTRL that clear the tags. */
const CLEAR_TAGS = 3;

const ali = (
  name: string,
  id: number,
  agp: { readonly head: number; readonly status: number },
): Chipset => {
  const bridge = agpDevice(BRIDGE, 0xb0, agp.head, agp.status);
  return {
    name: `ali-${name.toLowerCase()}`,
    detected: `Detected ALi ${name} chipset`,
    bridge: { device: BRIDGE, vendor: 0x10b9, id },
    devices: [bridge.device, g400.device],
    mmio: null,
    registers: [
      APBASE,
      at("ATTBASE", 0xbc, 4, { table: [31, 12], size: [3, 0] }, { holdsTable: true }),
      at("TLBCTRL", 0xc0, 4, { disable: [7, 7], control: [4, 4] }),
      at("TAGCTRL", 0xc4, 4, { "clear-tags": [1, 0] }),
      at("CACHE_FLUSH", 0xd0, 4, { page: [31, 12], enable: [8, 8] }),
    ],
    powerOn: [
      powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
      powerOnValue(BRIDGE, 0xbc, 4, 0x8),
      ...bridge.powerOn,
      ...g400.powerOn,
    ],
    entry: bareAddress,
    directory: null,
    cachedTable: false,
    apertureBase: apertureIn(APBASE.number),
    tableBase: tableIn(numberAt(0xbc)),
    flushesTlb: (register, word) => register === TAGCTRL && (word & CLEAR_TAGS) === CLEAR_TAGS,
  };
};

export const alis: readonly Chipset[] = [
  ali("M1541", 0x1541, { head: 0x00100002, status: 0x1c000203 }),
  ali("M1671", 0x1671, { head: 0x00200002, status: 0x1f000207 }),
];
