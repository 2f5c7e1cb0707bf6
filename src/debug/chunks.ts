// chunks.ts - a long stretch of a trace, searched a piece at a time, so that whoever waits can interrupt.

import type { Stretch } from "../replay/changes.ts";

/** Events of the first piece; each is twice the one before, up to half a second's where every event must be read. */
const FIRST = 1 << 14;
const LONGEST = 1 << 18;

/** The pieces of a stretch in the order in which it is searched. */
export function* chunksOf(stretch: Stretch): Generator<Stretch> {
  let { from, to } = stretch;
  for (let size = FIRST; from <= to; size = Math.min(size * 2, LONGEST)) {
    const piece = stretch.backwards
      ? { ...stretch, from: Math.max(from, to - size + 1), to }
      : { ...stretch, from, to: Math.min(to, from + size - 1) };
    yield piece;
    if (stretch.backwards) to = piece.from - 1;
    else from = piece.to + 1;
  }
}

/** Lets what has come in meanwhile have its turn. */
export const nextTurn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Lets keys and messages come in, and tells whether one of them ended the search. */
export async function isInterrupted(signal: AbortSignal | undefined): Promise<boolean> {
  // The first of the two comes before anything is read, the second behind it.
  await nextTurn();
  await nextTurn();
  return signal?.aborted === true;
}
