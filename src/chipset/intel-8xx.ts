// intel-8xx.ts - Intel's host bridges beside the 440BX and the 845: 815, 820, 830MP, 840, 850, 860, 7505.
//
// Names and values as drivers/char/agp/intel-agp.c and agp.h of 2.6.12-rc2 have them.
// All but the 815 are the same GART behind another bit that opens the aperture.

import { bdfOf, registerNumber } from "../event/register.ts";
import { intel440bx } from "./440bx.ts";
import type { Chipset, RegisterOf } from "./chipset.ts";
import {
  type AgpDevice,
  agpDevice,
  configRegister,
  g400,
  powerOnValue,
  radeonAt,
} from "./layout.ts";

const BRIDGE = intel440bx.bridge.device;
const AGPCTRL = registerNumber("config", bdfOf(BRIDGE), 0xb0);
const GTLB_ENABLE = 0x80;
const at = configRegister.bind(null, BRIDGE);

/** The bit that lets the graphics master into the aperture: of a byte, or of a word. */
const inByte = (name: string): RegisterOf => at(name, 0x51, 1, { "aperture-access": [1, 1] });
const inWord = (name: string): RegisterOf => at(name, 0x50, 2, { "aperture-access": [9, 9] });
const ERRSTS = at("ERRSTS", 0xc8, 2);

const intel8xx = (
  name: string,
  id: number,
  own: readonly RegisterOf[],
  chip: { readonly printed: string; readonly bridge: AgpDevice; readonly card?: AgpDevice },
): Chipset => {
  const { printed, bridge, card = g400 } = chip;
  const shared = ["APBASE", "AGPSTAT", "AGPCMD", "AGPCTRL", "ATTBASE"];
  return {
    ...intel440bx,
    name,
    detected: `Detected an Intel ${printed} Chipset.`,
    bridge: { ...intel440bx.bridge, id },
    devices: [bridge.device, card.device],
    registers: [
      ...intel440bx.registers.filter(({ name }) => shared.includes(name)),
      at("APSIZE", 0xb4, 1, { size: [5, 0] }),
      ...own,
    ],
    powerOn: [
      powerOnValue(BRIDGE, 0x10, 4, 0xe0000008),
      powerOnValue(BRIDGE, 0xb4, 1, 0x30),
      ...bridge.powerOn,
      ...card.powerOn,
    ],
  };
};

const agp2 = agpDevice(BRIDGE, 0xa0, 0x00200002, 0x1f000217);
const agp3 = agpDevice(BRIDGE, 0xa0, 0x00300002, 0x1f000a1b);

const plain815 = intel8xx("intel-815", 0x1130, [inByte("APCONT")], {
  printed: "i815",
  bridge: agpDevice(BRIDGE, 0xa0, 0x00200002, 0x1f000207),
});

/** ATTBASE bits 31:29 are reserved here: a table must lie below 512 MB. */
export const TABLE_LIMIT_815 = 0x20000000;

export const intel815: Chipset = {
  ...plain815,
  powerOn: plain815.powerOn.map((byte) => (byte.offset === 0xb4 ? { ...byte, value: 0 } : byte)),
};

export const intel820: Chipset = {
  ...intel8xx("intel-820", 0x2500, [inByte("RDCR"), ERRSTS], { printed: "i820", bridge: agp2 }),
  // Its driver never sets GTLB_ENABLE and has no flush: the TLB stays off.
  keepsEntries: (registers) => ((registers.register(AGPCTRL, 4)?.word ?? 0) & GTLB_ENABLE) !== 0,
};

export const intel8xxs: readonly Chipset[] = [
  intel815,
  intel820,
  intel8xx("intel-830mp", 0x3575, [inWord("NBXCFG"), at("ERRSTS", 0x92, 2)], {
    printed: "830M",
    bridge: agp2,
  }),
  intel8xx("intel-840", 0x1a21, [inWord("MCHCFG"), ERRSTS], { printed: "i840", bridge: agp2 }),
  intel8xx("intel-850", 0x2530, [inWord("MCHCFG"), ERRSTS], { printed: "i850", bridge: agp2 }),
  intel8xx("intel-860", 0x2531, [inWord("MCHCFG"), ERRSTS], { printed: "i860", bridge: agp2 }),
  intel8xx("intel-7505", 0x2550, [inWord("MCHCFG")], {
    printed: "E7505",
    bridge: agp3,
    card: radeonAt("0000:01:00.0"),
  }),
];
