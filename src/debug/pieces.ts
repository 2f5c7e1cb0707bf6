// pieces.ts - a long stretch of a trace, searched a piece at a time, so that whoever waits can interrupt.

import { setImmediate as turn } from "node:timers/promises";
import type { Stretch } from "../replay/changes.ts";

/** Events of the first piece, and of the longest: half a second where every one of them must be read. */
const FIRST = 1 << 14;
const LONGEST = 1 << 19;
/** Milliseconds: a search that passes a piece sooner gets a longer one. */
const SOON = 50;

/** The pieces of a stretch in the order in which it is searched; between two of them a signal can end it. */
export async function* piecesOf(stretch: Stretch, signal?: AbortSignal): AsyncGenerator<Stretch> {
  let { from, to } = stretch;
  for (let size = FIRST; from <= to; ) {
    const piece = stretch.backwards
      ? { ...stretch, from: Math.max(from, to - size + 1), to }
      : { ...stretch, from, to: Math.min(to, from + size - 1) };
    const began = performance.now();
    yield piece;
    if (performance.now() - began < SOON) size = Math.min(size * 2, LONGEST);
    if (stretch.backwards) to = piece.from - 1;
    else from = piece.to + 1;
    if (from > to) return;
    await turn();
    if (signal?.aborted) return;
  }
}
