// seq-map.ts - values by seqs, in ascending order: a part for each stretch of seqs, so that memory is for what is there.
//
// A part is two lists. A Map has room for twice what there ever was at a time, and is made anew each time it grows: of
// 87,000 mappings that never end it would be 7 MB, where lists are 1 (bench: import, memory).

/** Seqs to a part: their places in it fit into 16 bits. */
const SEQS = 1 << 16;
/** Places that a part has room for at first. */
const FEW = 16;

export class SeqMap<T> {
  /** The parts that are not empty, and the one that grows, by their numbers. */
  readonly #parts = new Map<number, Part<T>>();
  #size = 0;
  // The part asked for last: seqs come together.
  #last = -1;
  #part: Part<T> | undefined;
  /** The number of the part that grows. */
  #growing = -1;

  get size(): number {
    return this.#size;
  }

  get(seq: number): T | undefined {
    return this.#partOf(seq)?.get(seq % SEQS);
  }

  has(seq: number): boolean {
    return this.get(seq) !== undefined;
  }

  /** Adds the value, which is not undefined, of a seq above all that are there. */
  add(seq: number, value: T): void {
    const part = this.#partOf(seq) ?? this.#begin(seq);
    part.add(seq % SEQS, value);
    this.#size++;
  }

  #begin(seq: number): Part<T> {
    const before = this.#parts.get(this.#growing);
    if (before?.size === 0) this.#parts.delete(this.#growing);
    else before?.close();
    this.#growing = Math.floor(seq / SEQS);
    this.#part = new Part();
    this.#parts.set(this.#growing, this.#part);
    return this.#part;
  }

  delete(seq: number): void {
    const part = this.#partOf(seq);
    if (part?.delete(seq % SEQS) !== true) return;
    this.#size--;
    if (part.size > 0 || this.#last === this.#growing) return;
    this.#parts.delete(this.#last);
    this.#part = undefined;
  }

  *[Symbol.iterator](): Generator<[seq: number, value: T]> {
    for (const [number, part] of this.#parts)
      for (const [place, value] of part) yield [number * SEQS + place, value];
  }

  *values(): Generator<T> {
    for (const part of this.#parts.values()) for (const [, value] of part) yield value;
  }

  #partOf(seq: number): Part<T> | undefined {
    const number = Math.floor(seq / SEQS);
    if (number !== this.#last) {
      this.#last = number;
      this.#part = this.#parts.get(number);
    }
    return this.#part;
  }
}

/** The places of the seqs in a part, in ascending order, and their values. */
class Part<T> {
  /** As many as there are values, and room for more. */
  #places = new Uint16Array(FEW);
  /** Undefined where one was deleted. */
  #values: (T | undefined)[] = [];
  size = 0;

  get(place: number): T | undefined {
    const at = this.#at(place);
    return at < 0 ? undefined : this.#values[at];
  }

  /** Adds one behind all that are there. */
  add(place: number, value: T): void {
    if (this.#values.length === this.#places.length) this.#grow();
    this.#places[this.#values.length] = place;
    this.#values.push(value);
    this.size++;
  }

  #grow(): void {
    const places = this.#places;
    this.#places = new Uint16Array(2 * places.length);
    this.#places.set(places);
  }

  /** Whether it was there. */
  delete(place: number): boolean {
    const at = this.#at(place);
    if (at < 0 || this.#values[at] === undefined) return false;
    this.#values[at] = undefined;
    this.size--;
    if (2 * this.size < this.#values.length && this.#values.length > FEW) this.#moveUp();
    return true;
  }

  *[Symbol.iterator](): Generator<[place: number, value: T]> {
    const [places, values] = [this.#places, this.#values];
    for (let at = 0; at < values.length; at++)
      if (values[at] !== undefined) yield [places[at]!, values[at]!];
  }

  /** Gives back the room for more: nothing is added any longer. */
  close(): void {
    this.#moveUp();
    this.#places = this.#places.slice(0, this.#values.length);
    this.#values = this.#values.slice();
  }

  /** Takes those together that were not deleted. */
  #moveUp(): void {
    const [places, values] = [this.#places, this.#values];
    let end = 0;
    for (let at = 0; at < values.length; at++) {
      if (values[at] === undefined) continue;
      places[end] = places[at]!;
      values[end++] = values[at];
    }
    values.length = end;
  }

  /** Where a place is in the list; -1 where it is not. Hot: once an access and an ending (bench: import, record). */
  #at(place: number): number {
    const places = this.#places;
    let [low, high] = [0, this.#values.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (places[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return high >= 0 && places[low] === place ? low : -1;
  }
}
