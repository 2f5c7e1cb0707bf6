// cache.ts - how flushes and attribute changes change the state.

import { offset, pfnOf, wordIndexOf } from "../address.ts";
import type { FamilyAppliers } from "./appliers.ts";
import { flushCpuCache, flushedFrames } from "./cpu-cache.ts";
import { CLEAN, pagesOf, RESERVED, UNCACHED } from "./state.ts";
import { flushWords } from "./table-words.ts";

const change = {
  reserved: { set: RESERVED, clear: 0 },
  unreserved: { set: 0, clear: RESERVED },
  uncached: { set: UNCACHED, clear: 0 },
  cached: { set: 0, clear: UNCACHED },
  clean: { set: CLEAN, clear: 0 },
} as const;

export const cache = {
  // wbinvd names no range: tables on the platforms that use it are mapped uncached. mb flushes nothing.
  "cache.flushed": (state, event) => {
    const { machine, size } = event;
    if (machine != null) flushWords(state, wordIndexOf(machine), size ?? 0);
    const frames = flushedFrames(event);
    if (frames !== null) flushCpuCache(state, frames);
  },
  "tlb.flushed": (state, event) => {
    if (event.which === "iommu") state.iommuTlb.clear();
    if (event.which !== "gart") return;
    state.tlb.clear();
    state.tlbHigh.clear();
  },
  "attribute.changed": (state, event) => {
    const { set, clear } = change[event.attribute];
    const first = pfnOf(event.phys);
    for (let i = 0; i < pagesOf(event.size); i++) {
      const page = offset(first, i);
      const flags = ((state.flags.get(page) ?? 0) | set) & ~clear;
      if (flags === 0) state.flags.delete(page);
      else state.flags.set(page, flags);
    }
  },
} satisfies FamilyAppliers;
