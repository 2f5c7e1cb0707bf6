// hash.test.ts - a hash is the same for ever, and sees every number of a sequence and its place.

import { expect, test } from "vitest";
import { C1, C2, hashNumber, hashText, textHash, upperHalf } from "../../src/event/hash.ts";

test("a hash stays what it is, for signatures stand in traces", () => {
  expect([C1, C2].map((constant) => hashNumber(0, 1, constant))).toEqual([-861948819, 461832861]);
  expect([C1, C2].map((constant) => hashNumber(constant, -7, constant))).toEqual([
    1470857342, 522850954,
  ]);
  expect([C1, C2].map((constant) => hashText(constant, "ioremap", constant))).toEqual([
    601934413, 1563326162,
  ]);
});

test("the hash of a text has 52 bits, 32 of one constant and 20 of the other", () => {
  expect(textHash("ioremap")).toBe(631173979427559);
  expect(textHash("")).toBe(281591916586002);
});

test("texts differ in their hash by a letter, by the order of letters, and by length", () => {
  const texts = ["", "a", "b", "ab", "ba", "aa", "a\0"];
  expect(new Set(texts.map(textHash)).size).toBe(texts.length);
});

test("the upper half of a number is what stands above its lower 32 bits, on either side of 0", () => {
  const numbers = [0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 32), -(2 ** 32) - 1];
  expect(numbers.map(upperHalf)).toEqual([0, 0, 1, 2 ** 21 - 1, -1, -1, -2]);
});
