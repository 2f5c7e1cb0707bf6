// seq-map.ts - values by seqs, in ascending order: a part for each stretch of seqs, so that memory is for what is there.
//
// One Map of all would have room for twice what there ever was at a time: of 87,000 mappings that never end 7 MB, in
// parts 3 (bench: import, memory).

/** Seqs to a part. */
const SEQS = 1 << 16;

export class SeqMap<T> {
  readonly #parts = new Map<number, Map<number, T>>();
  #size = 0;
  // The part asked for last: seqs come together.
  #last = -1;
  #part: Map<number, T> | undefined;

  get size(): number {
    return this.#size;
  }

  get(seq: number): T | undefined {
    return this.#partOf(seq)?.get(seq);
  }

  has(seq: number): boolean {
    return this.#partOf(seq)?.has(seq) === true;
  }

  /** Adds the value of a seq above all that are there. */
  add(seq: number, value: T): void {
    (this.#partOf(seq) ?? this.#begin(this.#last)).set(seq, value);
    this.#size++;
  }

  /** A part that begins; what the one before has room for beyond what is there is given back. */
  #begin(number: number): Map<number, T> {
    const before = this.#parts.get(number - 1);
    if (before !== undefined) this.#parts.set(number - 1, new Map(before));
    this.#part = new Map();
    this.#parts.set(number, this.#part);
    return this.#part;
  }

  /** A part that is empty stays: it is small, and takes what comes next. */
  delete(seq: number): void {
    if (this.#partOf(seq)?.delete(seq) === true) this.#size--;
  }

  *[Symbol.iterator](): Generator<[seq: number, value: T]> {
    for (const part of this.#parts.values()) yield* part;
  }

  *values(): Generator<T> {
    for (const part of this.#parts.values()) yield* part.values();
  }

  #partOf(seq: number): Map<number, T> | undefined {
    const number = Math.floor(seq / SEQS);
    if (number !== this.#last) {
      this.#last = number;
      this.#part = this.#parts.get(number);
    }
    return this.#part;
  }
}
