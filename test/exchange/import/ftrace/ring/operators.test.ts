// operators.test.ts - operators of print formats give what C gives on 64 bits, in numbers where these are exact.

import fc from "fast-check";
import { expect, test } from "vitest";
import { slim, type Whole } from "../../../../../src/exchange/import/ftrace/ring/bytes.ts";
import { LEVELS, operations } from "../../../../../src/exchange/import/ftrace/ring/operators.ts";
import { Unfollowed } from "../../../../../src/exchange/import/ftrace/ring/value.ts";

/** What C gives; undefined where it gives nothing. */
const expected: { readonly [operator: string]: (a: bigint, b: bigint) => bigint | undefined } = {
  "||": (a, b) => BigInt(a !== 0n || b !== 0n),
  "&&": (a, b) => BigInt(a !== 0n && b !== 0n),
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "&": (a, b) => a & b,
  "==": (a, b) => BigInt(a === b),
  "!=": (a, b) => BigInt(a !== b),
  "<": (a, b) => BigInt(a < b),
  ">": (a, b) => BigInt(a > b),
  "<=": (a, b) => BigInt(a <= b),
  ">=": (a, b) => BigInt(a >= b),
  "<<": (a, b) => (b < 64n ? BigInt.asUintN(64, a << b) : undefined),
  ">>": (a, b) => (b < 64n ? a >> b : 0n),
  "+": (a, b) => BigInt.asUintN(64, a + b),
  "-": (a, b) => a - b,
  "*": (a, b) => BigInt.asIntN(64, a * b),
  "/": (a, b) => (b === 0n ? undefined : a / b),
  "%": (a, b) => (b === 0n ? undefined : a % b),
};

const wholes = fc
  .oneof(
    fc.bigInt(0n, 70n),
    fc.bigInt(0n, 2n ** 33n),
    fc.bigInt(0n, 2n ** 64n - 1n),
    fc.constantFrom(2n ** 31n, 2n ** 32n - 1n, 2n ** 53n - 1n, 2n ** 53n),
  )
  .map(slim);

test("there is one of each", () => {
  expect(Object.keys(operations).sort()).toEqual(LEVELS.flat().sort());
});

test.each(LEVELS.flat())("%s", (operator) => {
  const given = (a: Whole, b: Whole): Whole | undefined => {
    try {
      return operations[operator]!(a, b);
    } catch (error) {
      if (error instanceof Unfollowed) return undefined;
      throw error;
    }
  };
  fc.assert(
    fc.property(wholes, wholes, (a, b) => {
      const value = expected[operator]!(BigInt(a), BigInt(b));
      expect(given(a, b)).toBe(value === undefined ? undefined : slim(value));
    }),
  );
});
