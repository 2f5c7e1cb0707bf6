// range-index.ts - ranges of the bus, found by any range that meets them.

interface Range {
  readonly device: number | null;
  readonly start: number;
  readonly size: number;
}
interface Entry<T> {
  readonly range: Range;
  readonly value: T;
}

/** Bytes of the pieces that ranges are found by: of each the smallest in which it has few. */
const PIECES = [2 ** 12, 2 ** 21, 2 ** 30] as const;
const FEW = 16;
/** Ranges kept of one piece. */
const MOST = 256;

export class RangeIndex<T> {
  readonly #pieces = PIECES.map((bytes) => ({ bytes, entries: new Map<number, Entry<T>[]>() }));

  /** False where too many are there already. */
  add(range: Range, value: T): boolean {
    const { bytes, entries } =
      this.#pieces.find((one) => range.size <= one.bytes * FEW) ?? this.#pieces.at(-1)!;
    const [first, last] = piecesOf(range, bytes);
    for (let piece = first; piece <= last; piece++)
      if ((entries.get(piece)?.length ?? 0) >= MOST) return false;
    for (let piece = first; piece <= last; piece++) {
      const there = entries.get(piece);
      if (there === undefined) entries.set(piece, [{ range, value }]);
      else there.push({ range, value });
    }
    return true;
  }

  /** Each that a range of the device meets; a device that is not named may be any. */
  each(device: number | null, start: number, size: number, take: (value: T) => void): void {
    const range = { device, start, size };
    for (const { bytes, entries } of this.#pieces) {
      if (entries.size === 0) continue;
      const [first, last] = piecesOf(range, bytes);
      // A large range is asked for what there is.
      const pieces = last - first < entries.size ? upTo(first, last) : entries.keys();
      for (const piece of pieces)
        for (const one of entries.get(piece) ?? []) if (meet(one.range, range)) take(one.value);
    }
  }
}

function* upTo(first: number, last: number): Generator<number> {
  for (let piece = first; piece <= last; piece++) yield piece;
}

const piecesOf = (
  { start, size }: Range,
  bytes: number,
): readonly [first: number, last: number] => [
  Math.floor(start / bytes),
  Math.floor((start + Math.max(size, 1) - 1) / bytes),
];
const meet = (a: Range, b: Range): boolean =>
  (a.device === b.device || a.device === null || b.device === null) &&
  a.start < b.start + Math.max(b.size, 1) &&
  b.start < a.start + a.size;
