// register.ts - how register accesses change the state.

import type { Part } from "./part.ts";
import type { State } from "./state.ts";

/** What of a word a register keeps: not all of them are plain storage. */
export const keptWord = (
  { nature }: State,
  { register, word }: { readonly register: number; readonly word: number },
): number => nature.chipset?.keeps?.(register, word) ?? word;

export const register = {
  "register.written": (state, event, seq) => {
    const { register, size } = event;
    const held = state.registers.get(register)?.word ?? 0;
    // A narrow write leaves the bytes above it.
    const above = held - (held % 256 ** size);
    state.registers.set(register, { word: above + keptWord(state, event), seq });
  },
  // A register that nobody wrote yet shows its power-on value at the first read.
  "register.read": (state, event, seq) => {
    if (!state.registers.has(event.register))
      state.registers.set(event.register, { word: event.word, seq });
  },
} satisfies Part;
