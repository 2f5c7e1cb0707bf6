// memory.ts - how allocations change the state: who owns which page.

import { type Phys, pfnOf, raw } from "../address.ts";
import { uses } from "../event/memory.ts";
import type { Part } from "./part.ts";
import { pagesOf, type State } from "./state.ts";

export const memory = {
  "page.allocated": (state, event, seq) => {
    const first = event.allocation;
    const pages = pagesOf(event.size);
    for (let i = 0; i < pages; i++) state.allocation.set(first + i, first);
    state.extent.set(first, pages * 16 + uses.indexOf(event.use));
    state.allocated.set(first, seq);
  },
  "page.freed": (state, event) => {
    const pages = pagesOf(event.size);
    for (let i = 0; i < pages; i++) state.allocation.delete(event.allocation + i);
    state.extent.delete(event.allocation);
    state.allocated.delete(event.allocation);
    if (event.use !== "gatt") return;
    state.gatt.clear();
    state.gattWritten.clear();
  },
} satisfies Part;

/** The seq of the allocation that a page belongs to; null for a page that nobody allocated. */
export function allocatedAt(state: State, address: Phys): number | null {
  const first = state.allocation.get(raw(pfnOf(address)));
  return first === undefined ? null : (state.allocated.get(first) ?? null);
}
