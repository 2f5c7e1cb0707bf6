// pieces.ts - a long stretch of a trace, searched a piece at a time, so that whoever waits can interrupt.

import type { Stretch } from "../replay/changes.ts";

/** Events of the first piece; each is twice the one before, up to half a second's where every event must be read. */
const FIRST = 1 << 14;
const LONGEST = 1 << 18;

/** The pieces of a stretch in the order in which it is searched; between two of them a signal can end it. */
export async function* piecesOf(stretch: Stretch, signal?: AbortSignal): AsyncGenerator<Stretch> {
  let { from, to } = stretch;
  for (let size = FIRST; from <= to; size = Math.min(size * 2, LONGEST)) {
    const piece = stretch.backwards
      ? { ...stretch, from: Math.max(from, to - size + 1), to }
      : { ...stretch, from, to: Math.min(to, from + size - 1) };
    yield piece;
    if (stretch.backwards) to = piece.from - 1;
    else from = piece.to + 1;
    if (from > to) return;
    await othersTurn();
    if (signal?.aborted) return;
  }
}

/** Lets keys and messages come in. */
const othersTurn = () => new Promise<void>((done) => setImmediate(done));
