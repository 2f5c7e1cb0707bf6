// cpu-cache.ts - the bytes of pages: those in memory, and those that only the CPU sees, in its cache.
//
// An AGP master's accesses do not snoop the CPU's cache. The bytes of an AGP page that is not mapped uncached
// reach memory when the cache is flushed. Any other page's bytes count as in memory at once, for PCI snoops.

import { type Mfn, mfn, mfnOf, offset, type Pfn, pfnOf } from "../address.ts";
import { uses } from "../event/memory.ts";
import type { Of } from "../event/vocabulary.ts";
import { pagesOf, type State, UNCACHED } from "./state.ts";

/** The CPU writes a page. */
export function cpuWrite(state: State, { frame, phys, tag }: Of<"cpu.wrote">, seq: number): void {
  if (phys != null && isCached(state, pfnOf(phys))) {
    state.unflushed.set(frame, { word: tag, seq });
    return;
  }
  state.content.set(frame, tag);
  if (state.unflushed.size > 0) state.unflushed.delete(frame);
}

/** The tag that the CPU reads in a frame; undefined where its content is unknown. */
export const cpuTag = (state: State, frame: Mfn): number | undefined =>
  state.unflushed.get(frame)?.word ?? state.content.get(frame);

/** Frames from the first to the last, both included. */
export interface FrameRange {
  readonly first: Mfn;
  readonly last: Mfn;
}

export const framesFrom = (first: Mfn, count: number): FrameRange => ({
  first,
  last: offset(first, count - 1),
});

/** The frames whose bytes a flush writes to memory: its range, or all of wbinvd, which has none; null for none. */
export function flushedFrames({
  instruction,
  machine,
  size,
}: Of<"cache.flushed">): FrameRange | null {
  if (machine != null && size != null) return framesFrom(mfnOf(machine), pagesOf(size));
  return instruction === "wbinvd" ? framesFrom(mfn(0), Number.MAX_SAFE_INTEGER) : null;
}

/** Writes the bytes of these frames to memory. */
export function flushCpuCache(state: State, { first, last }: FrameRange): void {
  if (state.unflushed.size === 0) return;
  for (const [frame, { word }] of [...state.unflushed.entries(first, last)]) {
    state.content.set(frame, word);
    state.unflushed.delete(frame);
  }
}

/** Whether what the CPU writes to a page stays in its cache, where an AGP master does not see it. */
export function isCached(state: State, page: Pfn): boolean {
  if (state.nature.chipset?.snoops) return false;
  if (((state.flags.get(page) ?? 0) & UNCACHED) !== 0) return false;
  const owner = state.allocationOf(page);
  return owner !== null && uses[owner.use] === "agp";
}
