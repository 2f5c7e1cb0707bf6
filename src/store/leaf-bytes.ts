// leaf-bytes.ts - a leaf of a table with most of its entries as bytes: a seek meets hundreds, and few are ever looked at.
//
// The leaf's key, the bytes of a value, a bit for each entry unless all are there, the least value, and how far
// each value lies above it.

import { bitsIn, LEAF, type Unread } from "../machine/table.ts";
import type { LeafRoom } from "./leaf-room.ts";
import { bytesOf, NUMBER, numberAt, putNumber } from "./number-bytes.ts";

/** Stands beside the bytes of a value where the leaf has all of its entries. */
const FULL = 0x80;
const BITS = LEAF / 8;
const WORDS = BITS / 4;

/** Bytes of a leaf at their longest. */
export const LONGEST_LEAF = NUMBER + 1 + BITS + NUMBER + LEAF * NUMBER;

/** Writes a leaf that has entries, and gives the end of its bytes. Hot: some 10 ns an entry (bench: record). */
export function writeLeaf(
  target: Uint8Array,
  start: number,
  key: number,
  values: Float64Array,
): number {
  let [least, most, count] = [Number.MAX_VALUE, 0, 0];
  for (let i = 0; i < LEAF; i++) {
    const value = values[i]!;
    if (value === 0) continue;
    count++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const width = bytesOf(most - least);
  const isFull = count === LEAF;
  let at = putNumber(target, start, key, NUMBER);
  target[at++] = isFull ? width | FULL : width;
  if (!isFull) {
    target.fill(0, at, at + BITS);
    for (let i = 0; i < LEAF; i++) if (values[i] !== 0) target[at + (i >> 3)]! |= 1 << (i & 7);
    at += BITS;
  }
  at = putNumber(target, at, least, NUMBER);
  for (let i = 0; i < LEAF; i++)
    if (values[i] !== 0) at = putNumber(target, at, values[i]! - least, width);
  return at;
}

/** A leaf as its bytes, and what later bytes change of it. Whether they are sound is asked first: reading cannot fail. */
export class PackedLeaf implements Unread {
  readonly key: number;
  /** Where its bytes end. */
  readonly behind: number;
  /** A bit for each entry that is there, and for each that ever was. */
  readonly set: Uint32Array;
  readonly changed: Uint32Array;
  readonly #source: Uint8Array;
  readonly #room: LeafRoom;
  readonly #bits: number;
  readonly #isFull: boolean;
  readonly #values: number;
  readonly #width: number;
  readonly #least: number;
  /** The first and the last run of entries that changed after it; -1 for none. */
  #firstRun = -1;
  #lastRun = -1;

  constructor(source: Uint8Array, start: number, room: LeafRoom) {
    this.#source = source;
    this.#room = room;
    this.key = numberAt(source, start, NUMBER);
    const head = source[start + NUMBER]!;
    this.#isFull = (head & FULL) !== 0;
    this.#width = head & ~FULL;
    this.#bits = start + NUMBER + 1;
    const least = this.#isFull ? this.#bits : this.#bits + BITS;
    this.#least = numberAt(source, least, NUMBER);
    this.#values = least + NUMBER;
    this.set = room.bits();
    this.changed = room.bits();
    for (let word = 0; word < WORDS; word++) this.set[word] = this.#bitsOf(word);
    this.changed.set(this.set);
    this.behind = this.#values + this.count * this.#width;
  }

  /** How many entries are there. */
  get count(): number {
    let count = 0;
    for (let word = 0; word < WORDS; word++) count += bitsIn(this.set[word]!);
    return count;
  }

  get isSound(): boolean {
    if (this.#width > NUMBER || !(this.#least > 0) || this.behind > this.#source.length)
      return false;
    if (this.#least + 256 ** this.#width <= Number.MAX_SAFE_INTEGER) return true;
    for (let at = this.#values; at < this.behind; at += this.#width)
      if (!(this.#least + numberAt(this.#source, at, this.#width) <= Number.MAX_SAFE_INTEGER))
        return false;
    return true;
  }

  /** Begins a run of later entries: from some place on, behind an entry of this index and value. */
  begin(source: Uint8Array, at: number, index: number, value: number): void {
    this.#lastRun = this.#room.addRun(this.#lastRun, source, at, index, value);
    if (this.#firstRun < 0) this.#firstRun = this.#lastRun;
  }

  /** Notes that the next entry of the run is set, or gone, and gives how many more are there by it. Hot: some 3 ns. */
  note(at: number, isGone: boolean): number {
    const word = at >>> 5;
    const bit = 1 << (at & 31);
    this.changed[word]! |= bit;
    if (((this.set[word]! & bit) !== 0) !== isGone) return 0;
    this.set[word]! ^= bit;
    return isGone ? -1 : 1;
  }

  /** Ends the run. */
  end(at: number): void {
    this.#room.endRun(this.#lastRun, at);
  }

  read(): Float64Array {
    const values = this.#room.values();
    if (this.#isFull) this.#readAll(values);
    else this.#readSome(values);
    const first = this.key * LEAF;
    this.#room.eachEntry(this.#firstRun, ({ index, value, isGone }) => {
      values[index - first] = isGone ? 0 : value + 1;
    });
    return values;
  }

  /** Hot: some 2 ns an entry of up to two bytes, as most have (bench: page). */
  #readAll(values: Float64Array): void {
    const [source, width, least] = [this.#source, this.#width, this.#least];
    const mask = (1 << (8 * width)) - 1;
    let at = this.#values;
    for (let i = 0; i < LEAF; i++, at += width)
      values[i] =
        least +
        (width <= 2 ? (source[at]! | (source[at + 1]! << 8)) & mask : numberAt(source, at, width));
  }

  /** Hot: some 5 ns an entry (bench: travel). */
  #readSome(values: Float64Array): void {
    const [source, width, least] = [this.#source, this.#width, this.#least];
    let at = this.#values;
    for (let word = 0; word < WORDS; word++)
      for (let bits = this.#bitsOf(word); bits !== 0; bits &= bits - 1, at += width)
        values[word * 32 + 31 - Math.clz32(bits & -bits)] = least + numberAt(source, at, width);
  }

  #bitsOf(word: number): number {
    return this.#isFull ? -1 : numberAt(this.#source, this.#bits + 4 * word, 4) | 0;
  }
}
