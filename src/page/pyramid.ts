// pyramid.ts - how many events of which lane lie in each stretch of a trace; memory stays flat however long it is.

/** Bins that are kept at most: one more, and two neighbours become one. */
const MOST_BINS = 65536;
const MOST_COUNT = 0xffff;

export class Pyramid {
  readonly lanes: readonly string[];
  readonly #counts: Uint16Array[];
  #shift = 0;
  #bins = 0;

  constructor(lanes: readonly string[]) {
    this.lanes = lanes;
    this.#counts = lanes.map(() => new Uint16Array(MOST_BINS));
  }

  /** Events to a bin. */
  get unit(): number {
    return 2 ** this.#shift;
  }

  /** The same as a power of two. */
  get shift(): number {
    return this.#shift;
  }

  get bins(): number {
    return this.#bins;
  }

  /** Makes room for so many events. */
  reach(count: number): void {
    while (Math.ceil(count / this.unit) > MOST_BINS) this.#halve();
    this.#bins = Math.max(this.#bins, Math.ceil(count / this.unit));
  }

  /** Counts an event in a lane. */
  add(lane: number, seq: number): void {
    this.reach(seq);
    this.addTo(lane, Math.floor((seq - 1) / this.unit), 1);
  }

  /** Counts so many events of a bin. */
  addTo(lane: number, bin: number, count: number): void {
    const counts = this.#counts[lane]!;
    counts[bin] = Math.min(MOST_COUNT, counts[bin]! + count);
  }

  /** Counts a lane anew. */
  clear(lane: number): void {
    this.#counts[lane]!.fill(0);
  }

  /** What was counted of a bin. */
  of(lane: number, bin: number): number {
    return this.#counts[lane]![bin]!;
  }

  /** Lane after lane, a count a bin. */
  numbers(): Uint16Array {
    const numbers = new Uint16Array(this.lanes.length * this.#bins);
    for (const [lane, counts] of this.#counts.entries())
      numbers.set(counts.subarray(0, this.#bins), lane * this.#bins);
    return numbers;
  }

  #halve(): void {
    this.#shift++;
    for (const counts of this.#counts) {
      for (let bin = 0; bin < MOST_BINS / 2; bin++)
        counts[bin] = Math.min(MOST_COUNT, counts[2 * bin]! + counts[2 * bin + 1]!);
      counts.fill(0, MOST_BINS / 2);
    }
    this.#bins = Math.ceil(this.#bins / 2);
  }
}
