// chunks.ts - a long stretch of a trace in chunks: between two of them a search can be interrupted.

import type { Stretch } from "../replay/changes.ts";

/** Events of the first chunk; each is twice the one before, up to half a second's where every event must be read. */
const FIRST = 1 << 14;
const LONGEST = 1 << 18;

/** The pieces of a stretch in the order in which it is searched. */
export function* chunksOf(stretch: Stretch): Generator<Stretch> {
  let { from, to } = stretch;
  for (let size = FIRST; from <= to; size = Math.min(size * 2, LONGEST)) {
    const chunk = stretch.backwards
      ? { ...stretch, from: Math.max(from, to - size + 1), to }
      : { ...stretch, from, to: Math.min(to, from + size - 1) };
    yield chunk;
    if (stretch.backwards) to = chunk.from - 1;
    else from = chunk.to + 1;
  }
}

/** Lets the event loop handle one round of input. */
export const nextTurn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Lets keys and messages be handled; true if one of them aborted the search. */
export async function isInterrupted(signal: AbortSignal | undefined): Promise<boolean> {
  // The first of the two comes before anything is read, the second behind it.
  await nextTurn();
  await nextTurn();
  return signal?.aborted === true;
}
