// places.ts - ranges of the bus, found by any range that meets them.

interface Range {
  readonly device: number | null;
  readonly start: number;
  readonly size: number;
}
interface Placed<T> {
  readonly range: Range;
  readonly value: T;
}

/** Bytes of the pieces that ranges are found by: of each the smallest in which it has few. */
const PIECES = [2 ** 12, 2 ** 21, 2 ** 30] as const;
const FEW = 16;
/** Ranges kept of one piece. */
const MOST = 256;

export class Places<T> {
  readonly #pieces = PIECES.map((bytes) => ({ bytes, placed: new Map<number, Placed<T>[]>() }));

  /** False where too many are there already. */
  add(range: Range, value: T): boolean {
    const { bytes, placed } =
      this.#pieces.find((one) => range.size <= one.bytes * FEW) ?? this.#pieces.at(-1)!;
    const [first, last] = piecesOf(range, bytes);
    for (let piece = first; piece <= last; piece++)
      if ((placed.get(piece)?.length ?? 0) >= MOST) return false;
    for (let piece = first; piece <= last; piece++) {
      const there = placed.get(piece);
      if (there === undefined) placed.set(piece, [{ range, value }]);
      else there.push({ range, value });
    }
    return true;
  }

  /** Each that a range of the device meets; a device that is not named may be any. */
  each(device: number | null, start: number, size: number, take: (value: T) => void): void {
    const range = { device, start, size };
    for (const { bytes, placed } of this.#pieces) {
      if (placed.size === 0) continue;
      const [first, last] = piecesOf(range, bytes);
      // A large range is asked for what there is.
      const pieces = last - first < placed.size ? upTo(first, last) : placed.keys();
      for (const piece of pieces)
        for (const one of placed.get(piece) ?? []) if (meet(one.range, range)) take(one.value);
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
