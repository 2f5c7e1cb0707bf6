// memory.ts - how allocations change the state: who owns which page.

import { mfnOf, offset, type Phys, pfnOf, physOf } from "../address.ts";
import { uses } from "../event/memory.ts";
import type { FamilyAppliers } from "./appliers.ts";
import { flushCpuCache, framesFrom } from "./cpu-cache.ts";
import { directoryOf, pagesOf, type State } from "./state.ts";
import type { TablePages } from "./table-pages.ts";
import { forgetWords } from "./table-words.ts";

export const memory = {
  "page.allocated": (state, event, seq) => {
    const first = event.allocation;
    const pages = pagesOf(event.size);
    state.extent.set(first, pages * 16 + uses.indexOf(event.use));
    state.allocated.set(first, seq);
    const table = tableOf(state, event.use);
    for (let i = 0; i < pages; i++) {
      const page = offset(first, i);
      state.allocation.set(page, first);
      const at = state.machineOf(physOf(page));
      if (at === null) continue;
      forgetWords(state, mfnOf(at));
      table?.add(page, mfnOf(at));
    }
  },
  "page.freed": (state, event) => {
    const pages = pagesOf(event.size);
    // Bytes of it that are still in the cache reach memory before long.
    if (event.machine != null) flushCpuCache(state, framesFrom(mfnOf(event.machine), pages));
    for (let i = 0; i < pages; i++) state.allocation.delete(offset(event.allocation, i));
    state.extent.delete(event.allocation);
    state.allocated.delete(event.allocation);
    const table = tableOf(state, event.use);
    for (let i = 0; i < pages; i++) table?.remove(offset(event.allocation, i));
  },
} satisfies FamilyAppliers;

const tableOf = (state: State, use: (typeof uses)[number]): TablePages | null => {
  if (use === "gatt") return state.table;
  return use === "directory" || use === "scratch-directory" ? directoryOf(state, use) : null;
};

/** The seq of the allocation that a page belongs to; null for a page that nobody allocated. */
export function allocatedAt(state: State, address: Phys): number | null {
  const first = state.allocation.get(pfnOf(address));
  return first === undefined ? null : (state.allocated.get(first) ?? null);
}
