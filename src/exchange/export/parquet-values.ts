// parquet-values.ts - numbers as the values of a Parquet column: signed, on top of a base, or as words.

import type { Bounds, Plain } from "./parquet-column.ts";
import { Based } from "./view-row.ts";

/** Signed numbers of 64 bits. */
export const signed: Plain = {
  bytes: (numbers) => halves(numbers, new Based(0n)),
  bounds: (numbers) => boundsOf(numbers, BigInt),
};

/** Unsigned numbers of 64 bits, which the columns of a trace hold relative to a base. */
export const unsigned = (base: bigint): Plain => ({
  bytes: (numbers) => halves(numbers, new Based(base)),
  bounds: (numbers) => boundsOf(numbers, (number) => BigInt.asUintN(64, BigInt(number) + base)),
});

/** Unsigned numbers, of which those past 2^53 get numbers of their own as they turn up. */
export function far(): { readonly plain: Plain; codeOf(number: number | bigint): number } {
  const all: bigint[] = [];
  const codes = new Map<bigint, number>();
  const wholeOf = (code: number): bigint =>
    code < FIRST_CODE ? BigInt(code) : all[(code - FIRST_CODE) / 2]!;
  const near = unsigned(0n);
  return {
    codeOf(number) {
      if (typeof number === "number") return number;
      let code = codes.get(number);
      if (code === undefined) {
        code = FIRST_CODE + 2 * (all.push(number) - 1);
        codes.set(number, code);
      }
      return code;
    },
    plain: {
      bytes: (numbers) =>
        all.length === 0
          ? near.bytes(numbers)
          : new Uint8Array(BigUint64Array.from(numbers as Iterable<number>, wholeOf).buffer),
      bounds: (numbers) => {
        if (all.length === 0) return near.bounds(numbers);
        const sorted = BigUint64Array.from(numbers as Iterable<number>, wholeOf).sort();
        return { min_value: sorted.at(0)!, max_value: sorted.at(-1)! };
      },
    },
  };
}

/** From here on every second whole number is exact in a Float64Array. */
const FIRST_CODE = 2 ** 53;

/** Words that the numbers stand for. */
export const words = (wordOf: (number: number) => string): Plain => ({
  bytes: (numbers) => lengthed(Array.from(numbers, wordOf)),
  bounds: (numbers) => {
    let least = Buffer.from(wordOf(numbers[0]!));
    let greatest = least;
    for (let i = 1; i < numbers.length; i++) {
      const word = Buffer.from(wordOf(numbers[i]!));
      if (word.compare(least) < 0) least = word;
      if (word.compare(greatest) > 0) greatest = word;
    }
    return { min_value: least.toString(), max_value: greatest.toString() };
  },
});

/** Below zero a number is two's complement, which is above all others where it is unsigned. */
function boundsOf(numbers: Float64Array, value: (number: number) => bigint): Bounds {
  let [least, greatest] = [value(numbers[0]!), value(numbers[0]!)];
  let [lowest, highest] = [numbers[0]!, numbers[0]!];
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number >= lowest && number <= highest) continue;
    if (number < lowest) lowest = number;
    else highest = number;
    const whole = value(number);
    if (whole < least) least = whole;
    if (whole > greatest) greatest = whole;
  }
  return { min_value: least, max_value: greatest };
}

/** Each number as 64 bits, the lower half first. */
function halves(numbers: Float64Array, sum: Based): Uint8Array {
  const words = new Uint32Array(numbers.length * 2);
  for (let i = 0; i < numbers.length; i++) {
    sum.add(numbers[i]!);
    words[2 * i] = sum.low;
    words[2 * i + 1] = sum.high;
  }
  return new Uint8Array(words.buffer);
}

/** Each word behind its length. */
function lengthed(texts: readonly string[]): Uint8Array {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size + 4, 0));
  let next = 0;
  for (const [i, text] of texts.entries()) {
    next = bytes.writeUInt32LE(sizes[i]!, next);
    next += bytes.write(text, next);
  }
  return bytes;
}
