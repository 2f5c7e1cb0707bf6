// cpu-cache.ts - the bytes of pages: those in memory, and those that only the CPU sees, in its cache.
//
// An AGP master does not ask the CPU's cache. What is written to an AGP page that is not mapped uncached reaches
// memory when the cache is flushed; any other page's bytes are taken to be in memory at once, for PCI snoops.

import { pfnOf, raw } from "../address.ts";
import { uses } from "../event/memory.ts";
import type { Of } from "../event/vocabulary.ts";
import { type State, UNCACHED } from "./state.ts";

/** The CPU writes a page. */
export function cpuWrite(state: State, { frame, phys, tag }: Of<"cpu.wrote">, seq: number): void {
  if (phys != null && isCached(state, raw(pfnOf(phys)))) {
    state.unflushed.set(frame, { word: tag, seq });
    return;
  }
  state.content.set(frame, tag);
  if (state.unflushed.size > 0) state.unflushed.delete(frame);
}

/** The tag that the CPU meets in a frame; undefined where nothing is known of it. */
export const cpuTag = (state: State, frame: number): number | undefined =>
  state.unflushed.get(frame)?.word ?? state.content.get(frame);

/** So many frames from the first on go to memory; without a number, all of them. */
export function flushCpuCache(state: State, first = 0, frames = Number.POSITIVE_INFINITY): void {
  if (state.unflushed.size === 0) return;
  for (const [frame, { word }] of [...state.unflushed.entries(first, first + frames - 1)]) {
    state.content.set(frame, word);
    state.unflushed.delete(frame);
  }
}

function isCached(state: State, pfn: number): boolean {
  if (state.nature.chipset?.snoops) return false;
  if (((state.flags.get(pfn) ?? 0) & UNCACHED) !== 0) return false;
  const owner = state.allocationOf(pfn);
  return owner !== null && uses[owner.use] === "agp";
}
