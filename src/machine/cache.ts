// cache.ts - how flushes and attribute changes change the state.

import { pfnOf, raw } from "../address.ts";
import type { Part } from "./part.ts";
import { nothing } from "./part.ts";
import { pagesOf, RESERVED, UNCACHED } from "./state.ts";

const change = {
  reserved: { set: RESERVED, clear: 0 },
  unreserved: { set: 0, clear: RESERVED },
  uncached: { set: UNCACHED, clear: 0 },
  cached: { set: 0, clear: UNCACHED },
} as const;

export const cache = {
  "cache.flushed": nothing,
  "tlb.flushed": (state, event) => {
    if (event.which === "gart") state.tlb.clear();
  },
  "attribute.changed": (state, event) => {
    const { set, clear } = change[event.attribute];
    const first = raw(pfnOf(event.phys));
    for (let i = 0; i < pagesOf(event.size); i++) {
      const flags = ((state.flags.get(first + i) ?? 0) | set) & ~clear;
      if (flags === 0) state.flags.delete(first + i);
      else state.flags.set(first + i, flags);
    }
  },
} satisfies Part;
