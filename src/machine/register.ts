// register.ts - how register accesses change the state.

import type { Part } from "./part.ts";

export const register = {
  "register.written": (state, event, seq) => {
    state.registers.set(event.register, { word: event.word, seq });
  },
  // A register that nobody wrote yet shows its power-on value at the first read.
  "register.read": (state, event, seq) => {
    if (!state.registers.has(event.register))
      state.registers.set(event.register, { word: event.word, seq });
  },
} satisfies Part;
