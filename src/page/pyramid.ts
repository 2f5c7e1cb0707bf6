// pyramid.ts - how many events of which lane lie in each stretch of a trace; memory stays flat however long it is.

/** Bins that are kept at most: one more, and two neighbours become one. */
const MOST_BINS = 65536;

export class Pyramid {
  readonly lanes: readonly string[];
  readonly #counts: Uint16Array[];
  #unit = 1;
  #bins = 0;

  constructor(lanes: readonly string[]) {
    this.lanes = lanes;
    this.#counts = lanes.map(() => new Uint16Array(MOST_BINS));
  }

  /** Events to a bin. */
  get unit(): number {
    return this.#unit;
  }

  get bins(): number {
    return this.#bins;
  }

  /** Counts an event in a lane. */
  add(lane: number, seq: number): void {
    let bin = Math.floor((seq - 1) / this.#unit);
    while (bin >= MOST_BINS) {
      this.#halve();
      bin = Math.floor((seq - 1) / this.#unit);
    }
    if (bin >= this.#bins) this.#bins = bin + 1;
    const counts = this.#counts[lane]!;
    if (counts[bin]! < 0xffff) counts[bin]!++;
  }

  /** Lane after lane, a count a bin. */
  numbers(): Uint16Array {
    const numbers = new Uint16Array(this.lanes.length * this.#bins);
    for (const [lane, counts] of this.#counts.entries())
      numbers.set(counts.subarray(0, this.#bins), lane * this.#bins);
    return numbers;
  }

  #halve(): void {
    this.#unit *= 2;
    for (const counts of this.#counts) {
      for (let bin = 0; bin < MOST_BINS / 2; bin++)
        counts[bin] = Math.min(0xffff, counts[2 * bin]! + counts[2 * bin + 1]!);
      counts.fill(0, MOST_BINS / 2);
    }
    this.#bins = Math.ceil(this.#bins / 2);
  }
}
