// operators.ts - the operators of C, on numbers of 64 bits that are bigints only where no number is exact.

import { slim, type Whole } from "./bytes.ts";
import { Unfollowed, type Value } from "./value.ts";

/** Binary operators, those that bind least first. */
export const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

export const isTrue = (value: Value): boolean => value !== 0 && value !== 0n;

export type Operation = (a: Whole, b: Whole) => Whole;

const truth =
  (of: (a: Whole, b: Whole) => boolean): Operation =>
  (a, b) =>
    of(a, b) ? 1 : 0;

/** `exact`: on numbers, where what it gives is exact; NaN where it is not. Hot: some for each record (bench: import). */
const arithmetic =
  (exact: (a: number, b: number) => number, wide: (a: bigint, b: bigint) => bigint): Operation =>
  (a, b) => {
    if (typeof a === "number" && typeof b === "number") {
      const result = exact(a, b);
      if (Number.isSafeInteger(result)) return result;
    }
    return slim(wide(BigInt(a), BigInt(b)));
  };

/** Numbers of which JavaScript's own operators take all bits. */
const areShort = (a: number, b: number): boolean =>
  a >= 0 && b >= 0 && a <= 0xffffffff && b <= 0xffffffff;

const divisor = (b: bigint): bigint => {
  if (b === 0n) throw new Unfollowed("a division by 0");
  return b;
};
const bits = (b: bigint): bigint => {
  if (b < 0n || b > 63n) throw new Unfollowed("a shift by no number of bits");
  return b;
};

export const operations: { readonly [operator: string]: Operation } = {
  "||": truth((a, b) => isTrue(a) || isTrue(b)),
  "&&": truth((a, b) => isTrue(a) && isTrue(b)),
  // A number is a bigint only where it is not exact otherwise.
  "==": truth((a, b) => a === b),
  "!=": truth((a, b) => a !== b),
  "<": truth((a, b) => a < b),
  ">": truth((a, b) => a > b),
  "<=": truth((a, b) => a <= b),
  ">=": truth((a, b) => a >= b),
  "|": arithmetic(
    (a, b) => (areShort(a, b) ? (a | b) >>> 0 : Number.NaN),
    (a, b) => a | b,
  ),
  "^": arithmetic(
    (a, b) => (areShort(a, b) ? (a ^ b) >>> 0 : Number.NaN),
    (a, b) => a ^ b,
  ),
  "&": arithmetic(
    (a, b) => (areShort(a, b) ? (a & b) >>> 0 : Number.NaN),
    (a, b) => a & b,
  ),
  "<<": arithmetic(
    (a, b) => (a >= 0 && b >= 0 && b < 64 ? a * 2 ** b : Number.NaN),
    (a, b) => BigInt.asUintN(64, a << bits(b)),
  ),
  ">>": arithmetic(
    (a, b) => (b >= 0 && b < 64 ? Math.floor(a / 2 ** b) : 0),
    (a, b) => (b < 0n || b > 63n ? 0n : a >> b),
  ),
  "+": arithmetic(
    (a, b) => a + b,
    (a, b) => BigInt.asUintN(64, a + b),
  ),
  "-": arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  "*": arithmetic(
    (a, b) => a * b,
    (a, b) => BigInt.asIntN(64, a * b),
  ),
  "/": arithmetic(
    (a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b)),
    (a, b) => a / divisor(b),
  ),
  "%": arithmetic(
    (a, b) => (b === 0 ? Number.NaN : a % b),
    (a, b) => a % divisor(b),
  ),
};
