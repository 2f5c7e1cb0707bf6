// unshaper.ts - texts that were taken apart into a shape and the numbers in it, put together again.
//
// A shape is a text with %d, %x or %08x where numbers go, as SQLite's printf takes it.

/** A text taken apart. */
export interface Shaped {
  /** Null where the text is kept as it is. */
  readonly shape: string | null;
  /** The numbers between commas, or the text itself; null for a shape without numbers. */
  readonly values: string | null;
}

/** What stands between the numbers of a shape: text and where they go, in turn. */
type Pieces = readonly string[];

/** Puts texts together again, by shapes that come again and again. */
export class Unshaper {
  readonly #pieces = new Map<string, Pieces>();

  text(shape: string | null, values: string | null): string {
    if (shape === null) return values ?? "";
    let pieces = this.#pieces.get(shape);
    if (pieces === undefined) {
      pieces = shape.split(/(%d|%x|%0\d\d?x|%%)/);
      this.#pieces.set(shape, pieces);
    }
    const numbers = values === null ? [] : values.split(",");
    let text = "";
    let next = 0;
    for (const [i, piece] of pieces.entries())
      if (i % 2 === 0) text += piece;
      else text += piece === "%%" ? "%" : printed(piece, numbers[next++]!);
    return text;
  }
}

function printed(piece: string, number: string): string {
  if (piece === "%d") return number;
  const digits = Number(number).toString(16);
  return piece === "%x" ? digits : digits.padStart(Number(piece.slice(2, -1)), "0");
}
