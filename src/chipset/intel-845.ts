// intel-845.ts - the Intel 845 host bridge: as the 440BX, with byte-wide size and enable registers.
//
// Names as in Intel's 845 datasheet (290725), offsets and values as drivers/char/agp/intel-agp.c of
// 2.6.12-rc2 uses them.

import { bdfOf, registerNumber } from "../event/register.ts";
import { intel440bx } from "./440bx.ts";
import type { Chipset } from "./chipset.ts";
import { register } from "./layout.ts";

const BRIDGE = intel440bx.bridge.device;
const at = (offset: number) => registerNumber("config", bdfOf(BRIDGE), offset);

export const intel845: Chipset = {
  ...intel440bx,
  name: "intel-845",
  detected: "Detected an Intel i845 Chipset.",
  bridge: { ...intel440bx.bridge, id: 0x1a30 },
  registers: [
    ...intel440bx.registers.filter(({ name }) => !["NBXCFG", "ERRSTS1", "APSIZE"].includes(name)),
    register("AGPM", at(0x51), 1, { "aperture-access": [1, 1] }),
    register("APSIZE", at(0xb4), 1, { size: [5, 0] }),
    register("ERRSTS", at(0xc8), 2, { errors: [4, 2] }),
  ],
  powerOn: intel440bx.powerOn.map((byte) => {
    if (byte.device !== BRIDGE) return byte;
    if (byte.offset === 0xa0) return { ...byte, value: 0x00200002 };
    return byte.offset === 0xa4 ? { ...byte, value: 0x1f000217 } : byte;
  }),
};
