// distinct.ts - the distinct numbers of a list in the order in which they turn up, and each number's place among them.

/** A multiplier of 32 bits that spreads its argument over the upper ones (2^32 divided by the golden ratio). */
const SPREAD = 0x9e3779b1;

/** The numbers, each once, and for each of the list its place among them. */
export interface Distinct {
  readonly values: Float64Array;
  readonly codes: Uint32Array;
}

/** Finds them in lists of up to some length, one after the other: what it needs for that is made once. */
export class DistinctFinder {
  readonly #slots: Int32Array;
  readonly #values: Float64Array;
  readonly #codes: Uint32Array;

  constructor(longest: number) {
    this.#slots = new Int32Array(2 ** bitsFor(longest));
    this.#values = new Float64Array(longest);
    this.#codes = new Uint32Array(longest);
  }

  /**
   * Null where there are more than `most`; otherwise good until the next list. Hot: once a number of an export to Parquet,
   * about 10 ns.
   */
  of(numbers: Float64Array, most: number): Distinct | null {
    const bits = bitsFor(most);
    const shift = 32 - bits;
    const mask = 2 ** bits - 1;
    const [slots, values, codes] = [this.#slots, this.#values, this.#codes];
    slots.fill(0, 0, 2 ** bits);
    let count = 0;
    let [last, lastCode] = [Number.NaN, 0];
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!;
      // What is about one page comes together.
      if (number !== last) {
        const high = Math.floor(number / 2 ** 32);
        let slot =
          Math.imul((number - high * 2 ** 32) ^ Math.imul(high, 0x85ebca6b), SPREAD) >>> shift;
        // A slot has a code and one more, for 0 is a free one.
        while (slots[slot] !== 0 && values[slots[slot]! - 1] !== number) slot = (slot + 1) & mask;
        if (slots[slot] === 0) {
          if (count === most) return null;
          values[count++] = number;
          slots[slot] = count;
        }
        last = number;
        lastCode = slots[slot]! - 1;
      }
      codes[i] = lastCode;
    }
    return { values: values.subarray(0, count), codes: codes.subarray(0, numbers.length) };
  }
}

/** Twice as many slots as numbers at least. */
const bitsFor = (most: number): number => 1 + Math.ceil(Math.log2(Math.max(most, 8)));
