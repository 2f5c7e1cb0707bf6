// bytes.test.ts - numbers and leaves of tables as the bytes of a keyframe, and back.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEAF } from "../../src/machine/table.ts";
import { LONGEST_LEAF, PackedLeaf, writeLeaf } from "../../src/store/leaf-bytes.ts";
import { LeafRoom } from "../../src/store/leaf-room.ts";
import { bytesOf, NUMBER, numberAt, putNumber } from "../../src/store/number-bytes.ts";

describe("a number", () => {
  test.each([0, 8, 16, 24, 32, 40, 48])("from 2^%d on takes one byte more than below", (bits) => {
    const bytes = bits / 8;
    expect(bytesOf(2 ** bits - 1)).toBe(bytes);
    expect(bytesOf(bits === 0 ? 1 : 2 ** bits)).toBe(bytes + 1);
  });

  test("of up to 53 bits is read as it was written, in its bytes or in more", () => {
    const anyNumber = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.nat({ max: 70_000 }));
    fc.assert(
      fc.property(anyNumber, fc.nat({ max: 3 }), (value, more) => {
        const bytes = Math.min(NUMBER, bytesOf(value) + more);
        const target = new Uint8Array(16).fill(0xee);
        expect(putNumber(target, 3, value, bytes)).toBe(3 + bytes);
        expect(numberAt(target, 3, bytes)).toBe(value);
        const around = [...target.subarray(0, 3), ...target.subarray(3 + bytes)];
        expect(new Set(around)).toEqual(new Set([0xee]));
      }),
    );
  });

  test("stands with its lowest byte first", () => {
    const target = new Uint8Array(7);
    putNumber(target, 0, 0x1a2b3c4d5e6f70, 7);
    expect([...target]).toEqual([0x70, 0x6f, 0x5e, 0x4d, 0x3c, 0x2b, 0x1a]);
  });

  test("of no bytes is 0", () => {
    expect(numberAt(new Uint8Array([7]), 0, 0)).toBe(0);
  });
});

describe("a leaf", () => {
  const START = 5;
  /** Its bytes, somewhere in a longer array, and where they end. */
  function bytesOfLeaf(key: number, values: Float64Array): [Uint8Array, number] {
    const target = new Uint8Array(START + LONGEST_LEAF).fill(0xee);
    const end = writeLeaf(target, START, key, values);
    return [target.slice(0, end), end];
  }
  function readBack(bytes: Uint8Array): { values: Float64Array; seen: number[]; end: number } {
    const leaf = new PackedLeaf(bytes, START, new LeafRoom());
    if (!leaf.isSound) return { values: new Float64Array(LEAF), seen: [], end: -1 };
    const seen = [...Array(LEAF).keys()].filter((i) => (leaf.set[i >> 5]! >>> (i & 31)) & 1);
    expect(leaf.count).toBe(seen.length);
    return { values: leaf.read(), seen, end: leaf.behind };
  }
  const leafOf = (entries: { readonly [index: number]: number }) => {
    const values = new Float64Array(LEAF);
    for (const [index, value] of Object.entries(entries)) values[Number(index)] = value;
    return values;
  };

  test.each([
    ["with one entry", leafOf({ 77: 5 })],
    ["with its first and last entry", leafOf({ 0: 1, 1023: 2 ** 52 })],
    ["with entries around a border of 32", leafOf({ 31: 9, 32: 10, 63: 11, 64: 12 })],
    ["with all entries alike", new Float64Array(LEAF).fill(7)],
    ["with all entries", new Float64Array(LEAF).map((_, i) => 2 ** 40 + i)],
    ["with the largest value", leafOf({ 3: Number.MAX_SAFE_INTEGER, 4: 1 })],
    ["with all but one", new Float64Array(LEAF).map((_, i) => (i === 500 ? 0 : i + 1))],
  ])("%s is read as it was written", (_, values) => {
    const [bytes, end] = bytesOfLeaf(12345, values);
    const read = readBack(bytes);
    expect(read.end).toBe(end);
    expect(read.values).toEqual(values);
    expect(read.seen).toEqual([...values.keys()].filter((i) => values[i] !== 0));
    expect(new PackedLeaf(bytes, START, new LeafRoom()).key).toBe(12345);
  });

  test("takes a byte an entry where its values lie close to each other, and none where they are one", () => {
    const sizeOf = (values: Float64Array) => bytesOfLeaf(1, values)[1] - START;
    const head = NUMBER + 1 + NUMBER;
    expect(sizeOf(new Float64Array(LEAF).fill(2 ** 50))).toBe(head);
    expect(sizeOf(new Float64Array(LEAF).map((_, i) => 2 ** 50 + (i % 256)))).toBe(head + LEAF);
    expect(sizeOf(leafOf({ 1: 5, 2: 6 }))).toBe(head + LEAF / 8 + 2);
    expect(sizeOf(new Float64Array(LEAF).map((_, i) => (i % 2 ? 1 : 2 ** 53 - 1)))).toBe(
      LONGEST_LEAF - LEAF / 8,
    );
  });

  test("does not touch what stands before it, and clears what stood in its place", () => {
    const [bytes] = bytesOfLeaf(1, leafOf({ 1: 5 }));
    expect([...bytes.subarray(0, START)]).toEqual(Array(START).fill(0xee));
    expect(readBack(bytes).seen).toEqual([1]);
  });

  test("that is cut, or holds what no leaf can, is told to be none", () => {
    const [bytes, end] = bytesOfLeaf(1, leafOf({ 1: 5, 2: 300 }));
    expect(readBack(bytes.subarray(0, end - 1)).end).toBe(-1);
    const width = START + NUMBER;
    const least = width + 1 + LEAF / 8;
    expect(readBack(bytes.with(width, 8)).end).toBe(-1);
    expect(readBack(bytes.with(least, 0)).end).toBe(-1);
    const [large] = bytesOfLeaf(1, leafOf({ 1: 1, 2: Number.MAX_SAFE_INTEGER }));
    expect(readBack(large).end).toBeGreaterThan(0);
    expect(readBack(large.with(least, 3)).end).toBe(-1);
  });
});
