// p2m-table.ts - a dom0's P2M table as a dump has it: ranges of pages whose frames follow each other.
//
// A dump can have a range for each page, tens of millions: they are kept as numbers, 14 bytes each.

import { type Mfn, mfn, type Pfn, raw } from "../../../address.ts";
import { assert } from "../../../fault.ts";

/** Pages in a row and their frames, which follow each other by so many. */
export interface PageRange {
  readonly first: number;
  readonly count: number;
  readonly frame: number;
  readonly step: -1 | 0 | 1;
}

/** Ranges at most, some 470 MB of them: the pages of a domain of 128 GB, each apart. */
export const MOST_RANGES = 2 ** 25;
/** Pages have 32 bits here, 16 TB of them; frames 40, which are all that x86 has. */
const [PAGES, FRAMES] = [2 ** 32 - 1, 2 ** 40];
/** Ranges to a piece of the table. */
const PIECE = 2 ** 16;

/** Some of the ranges, column by column. */
class Piece {
  readonly firsts = new Uint32Array(PIECE);
  readonly counts = new Uint32Array(PIECE);
  readonly frames = new Uint32Array(PIECE);
  readonly highs = new Uint8Array(PIECE);
  readonly steps = new Int8Array(PIECE);
}

export class P2mTable {
  readonly #pieces: Piece[] = [];
  /** The numbers of the ranges by their first pages; null while they came in that order. */
  #order: Uint32Array | null = null;
  #isOrdered = true;
  #count = 0;

  /** Why a range cannot be kept; null where it can. */
  static refusal({ first, count, frame, step }: PageRange): string | null {
    const lastFrame = frame + (count - 1) * step;
    if (!(count >= 1 && first + count <= PAGES)) return `pages from 0 to ${PAGES - 1} are known`;
    return frame < FRAMES && lastFrame >= 0 && lastFrame < FRAMES
      ? null
      : `frames from 0 to ${FRAMES - 1} are known`;
  }

  get isFull(): boolean {
    return this.#count === MOST_RANGES;
  }

  /** Takes a range that is not refused; one that goes on where the last one ended becomes a part of it. */
  add({ first, count, frame, step }: PageRange): void {
    if (this.#continues(first, count, frame, step)) return;
    if (this.#count > 0 && first < this.#first(this.#count - 1)) this.#isOrdered = false;
    const at = this.#count++ % PIECE;
    if (at === 0) this.#pieces.push(new Piece());
    const piece = this.#pieces.at(-1)!;
    piece.firsts[at] = first;
    piece.counts[at] = count;
    piece.frames[at] = frame;
    piece.highs[at] = frame / 2 ** 32;
    piece.steps[at] = step;
  }

  /** Behind the last range. */
  end(): void {
    if (this.#isOrdered) return;
    this.#order = Uint32Array.from({ length: this.#count }, (_, i) => i);
    this.#order.sort((a, b) => this.#first(a) - this.#first(b));
  }

  /** The frame of a page; null where the table has none. */
  frameOf(pfn: Pfn): Mfn | null {
    assert(this.#isOrdered || this.#order !== null, () => "a P2M table is asked when it is whole");
    // A dump has plain numbers.
    const page = raw(pfn);
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#first(this.#numbered(middle)) <= page) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    const { piece, at } = this.#place(this.#numbered(low - 1));
    const into = page - piece.firsts[at]!;
    if (into >= piece.counts[at]!) return null;
    return mfn(piece.highs[at]! * 2 ** 32 + piece.frames[at]! + into * piece.steps[at]!);
  }

  #continues(first: number, count: number, frame: number, step: number): boolean {
    if (this.#count === 0) return false;
    const { piece, at } = this.#place(this.#count - 1);
    const pages = piece.counts[at]!;
    const last = piece.highs[at]! * 2 ** 32 + piece.frames[at]!;
    if (piece.steps[at] !== step || piece.firsts[at]! + pages !== first) return false;
    if (last + pages * step !== frame) return false;
    piece.counts[at] = pages + count;
    return true;
  }

  #place(number: number): { piece: Piece; at: number } {
    return { piece: this.#pieces[Math.floor(number / PIECE)]!, at: number % PIECE };
  }
  #first(number: number): number {
    return this.#pieces[Math.floor(number / PIECE)]!.firsts[number % PIECE]!;
  }
  #numbered(place: number): number {
    return this.#order === null ? place : this.#order[place]!;
  }
}
