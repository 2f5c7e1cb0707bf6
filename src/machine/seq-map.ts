// seq-map.ts - values by seqs, in ascending order: a part for each stretch of seqs, so that memory is for what is there.
//
// Only the part that grows is a Map. One Map of all would have room for twice what there ever was at a time: of 87,000
// mappings that never end 7 MB, in Maps of the parts 3, in lists of the parts that are complete 1 (bench: import, memory).

/** Seqs to a part: their places in it fit into 16 bits. */
const SEQS = 1 << 16;

export class SeqMap<T> {
  /** The parts that are complete and not empty, by their numbers. */
  readonly #complete = new Map<number, Complete<T>>();
  #growing = new Map<number, T>();
  /** The number of the part that grows. */
  #number = 0;
  #size = 0;
  // The complete part asked for last: seqs come together.
  #last = -1;
  #part: Complete<T> | undefined;

  get size(): number {
    return this.#size;
  }

  get(seq: number): T | undefined {
    const number = Math.floor(seq / SEQS);
    return number === this.#number
      ? this.#growing.get(seq)
      : this.#completed(number)?.get(seq % SEQS);
  }

  has(seq: number): boolean {
    return this.get(seq) !== undefined;
  }

  /** Adds the value, which is not undefined, of a seq above all that are there. */
  add(seq: number, value: T): void {
    const number = Math.floor(seq / SEQS);
    if (number !== this.#number) this.#begin(number);
    this.#growing.set(seq, value);
    this.#size++;
  }

  #begin(number: number): void {
    if (this.#growing.size > 0) this.#complete.set(this.#number, new Complete(this.#growing));
    this.#growing = new Map();
    this.#number = number;
    this.#last = -1;
  }

  delete(seq: number): void {
    const number = Math.floor(seq / SEQS);
    if (number === this.#number) {
      if (this.#growing.delete(seq)) this.#size--;
      return;
    }
    const part = this.#completed(number);
    if (part?.delete(seq % SEQS) !== true) return;
    this.#size--;
    if (part.size > 0) return;
    this.#complete.delete(number);
    this.#last = -1;
  }

  *[Symbol.iterator](): Generator<[seq: number, value: T]> {
    for (const [number, part] of this.#complete)
      for (const [place, value] of part) yield [number * SEQS + place, value];
    yield* this.#growing;
  }

  *values(): Generator<T> {
    for (const part of this.#complete.values()) for (const [, value] of part) yield value;
    yield* this.#growing.values();
  }

  #completed(number: number): Complete<T> | undefined {
    if (number !== this.#last) {
      this.#last = number;
      this.#part = this.#complete.get(number);
    }
    return this.#part;
  }
}

/** A part that nothing is added to any more: lists of the places of its seqs, in ascending order, and of their values. */
class Complete<T> {
  #places: Uint16Array;
  /** Undefined where one was deleted. */
  #values: (T | undefined)[];
  size: number;

  constructor(values: ReadonlyMap<number, T>) {
    this.#places = Uint16Array.from(values.keys(), (seq) => seq % SEQS);
    this.#values = [...values.values()];
    this.size = values.size;
  }

  get(place: number): T | undefined {
    const at = this.#at(place);
    return at < 0 ? undefined : this.#values[at];
  }

  /** Whether it was there. */
  delete(place: number): boolean {
    const at = this.#at(place);
    if (at < 0 || this.#values[at] === undefined) return false;
    this.#values[at] = undefined;
    if (2 * --this.size < this.#places.length) this.#close();
    return true;
  }

  *[Symbol.iterator](): Generator<[place: number, value: T]> {
    const [places, values] = [this.#places, this.#values];
    for (let at = 0; at < places.length; at++)
      if (values[at] !== undefined) yield [places[at]!, values[at]!];
  }

  /** Where a place is in the list; -1 where it is not. Hot: once an access and an ending (bench: import, record). */
  #at(place: number): number {
    const places = this.#places;
    let [low, high] = [0, places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (places[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return places[low] === place ? low : -1;
  }

  /** Gives back the room of those that were deleted. */
  #close(): void {
    const left = [...this];
    this.#places = Uint16Array.from(left, ([place]) => place);
    this.#values = left.map(([, value]) => value);
  }
}
