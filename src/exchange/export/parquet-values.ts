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
