// leaf-bytes.ts - a leaf of a table with most of its entries as bytes: quick to read, for a seek reads hundreds.
//
// The leaf's key, the bytes of a value, a bit for each entry unless all are there, the least value, and how far
// each value lies above it.

import { LEAF } from "../machine/table.ts";
import { bytesOf, NUMBER, numberAt, putNumber } from "./number-bytes.ts";

/** Stands beside the bytes of a value where the leaf has all of its entries. */
const FULL = 0x80;
const BITS = LEAF / 8;

/** Bytes of a leaf at their longest. */
export const LONGEST_LEAF = NUMBER + 1 + BITS + NUMBER + LEAF * NUMBER;

/** Writes a leaf that has entries, and gives the end of its bytes. */
export function writeLeaf(
  target: Uint8Array,
  start: number,
  key: number,
  values: Float64Array,
): number {
  let [least, most, count] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (value === 0) continue;
    count++;
    least = Math.min(least, value);
    most = Math.max(most, value);
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
  for (const value of values) if (value !== 0) at = putNumber(target, at, value - least, width);
  return at;
}

/** Reads a leaf into empty values, with a bit in `set` for each entry; gives the end of its bytes, -1 for bytes of none. */
export function readLeaf(
  source: Uint8Array,
  start: number,
  values: Float64Array,
  set: Uint32Array,
): number {
  let at = start + NUMBER;
  const width = source[at]! & ~FULL;
  const isFull = (source[at++]! & FULL) !== 0;
  if (isFull) set.fill(-1);
  else for (let word = 0; word < set.length; word++, at += 4) set[word] = numberAt(source, at, 4);
  const least = numberAt(source, at, NUMBER);
  at += NUMBER;
  if (width > NUMBER || !(least > 0)) return -1;
  return readValues(source, at, width, least, values, set);
}

/** Hot: some 5 ns an entry (bench: travel). */
function readValues(
  source: Uint8Array,
  start: number,
  width: number,
  least: number,
  values: Float64Array,
  set: Uint32Array,
): number {
  let at = start;
  for (let word = 0; word < set.length; word++)
    for (let bits = set[word]!; bits !== 0; bits &= bits - 1) {
      const value = least + numberAt(source, at, width);
      at += width;
      if (!(value <= Number.MAX_SAFE_INTEGER)) return -1;
      values[word * 32 + 31 - Math.clz32(bits & -bits)] = value;
    }
  return at <= source.length ? at : -1;
}
