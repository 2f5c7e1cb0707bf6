// cache.ts - how flushes and attribute changes change the state.

import { onBus, pfnOf, raw } from "../address.ts";
import type { Part } from "./part.ts";
import { pagesOf, RESERVED, UNCACHED } from "./state.ts";
import { flushWords, placeAt } from "./words.ts";

const change = {
  reserved: { set: RESERVED, clear: 0 },
  unreserved: { set: 0, clear: RESERVED },
  uncached: { set: UNCACHED, clear: 0 },
  cached: { set: 0, clear: UNCACHED },
} as const;

export const cache = {
  // wbinvd and mb name no range: tables on the platforms that use them are mapped uncached.
  "cache.flushed": (state, event) => {
    if (event.machine != null && event.size != null)
      flushWords(state, placeAt(onBus(event.machine), 0), event.size);
  },
  "tlb.flushed": (state, event) => {
    if (event.which === "iommu") state.iommuTlb.clear();
    if (event.which !== "gart") return;
    state.tlb.clear();
    state.tlbHigh.clear();
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
