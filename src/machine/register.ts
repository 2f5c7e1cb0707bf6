// register.ts - how register accesses change the state: byte by byte, as they lie.
//
// The same bit can be met at another width: the 845's driver sets bit 1 of byte 0x51 and clears it as bit 9 of
// word 0x50 (intel-agp.c of linux 2.6.12-rc2).

import type { FamilyAppliers } from "./appliers.ts";
import type { State } from "./state.ts";

/** What of a word a register keeps: not all of them are plain storage. */
export const keptWord = (
  { nature }: State,
  { register, word }: { readonly register: number; readonly word: number },
): number => nature.chipset?.keeps?.(register, word) ?? word;

export const register = {
  "register.written": (state, event, seq) => {
    const word = keptWord(state, event);
    for (let i = 0; i < event.size; i++)
      state.registers.set(event.register + i, { word: byteOf(word, i), seq });
  },
  // A register that nobody wrote yet shows its power-on value at the first read.
  "register.read": ({ registers }, { register, word, size }, seq) => {
    for (let i = 0; i < size; i++)
      if (!registers.has(register + i)) registers.set(register + i, { word: byteOf(word, i), seq });
  },
} satisfies FamilyAppliers;

const byteOf = (word: number, i: number): number => Math.floor(word / 256 ** i) % 256;
