// register.ts - how register accesses change the state: byte by byte, as they lie.
//
// The same bit can be met at another width: the 845's driver sets bit 1 of byte 0x51 and clears it as bit 9 of
// word 0x50 (intel-agp.c of linux 2.6.12-rc2).

import { offset } from "../address.ts";
import { isAgpStatus } from "../chipset/agp-capability.ts";
import type { FamilyAppliers } from "./appliers.ts";

export const register = {
  "register.written": ({ nature, registers }, { register, word, size }, seq) => {
    const { chipset } = nature;
    if (chipset !== null && isAgpStatus(chipset, register)) return;
    const stored = chipset?.keeps?.(register, word) ?? word;
    for (let i = 0; i < size; i++)
      registers.set(offset(register, i), { word: byteOf(stored, i), seq });
  },
  // What a register holds at power-on is known from its first read.
  "register.read": ({ registers }, { register, word, size }, seq) => {
    for (let i = 0; i < size; i++) {
      const byte = offset(register, i);
      if (!registers.has(byte)) registers.set(byte, { word: byteOf(word, i), seq });
    }
  },
} satisfies FamilyAppliers;

const byteOf = (word: number, i: number): number => Math.floor(word / 256 ** i) % 256;
