// bytes.test.ts - a head and the numbers behind it travel as bytes and come apart as they were put together.

import { expect, test } from "vitest";
import { packed, unpacked } from "../../src/answer/bytes.ts";
import { openingOf } from "../../src/answer/opening.ts";

const heads = ["", "a", "ab", "abc", "abcd", "\u00fc", "\u5b57\u5b57"].map((word) => ({ word }));

test.each(heads)("the numbers behind %j begin at a multiple of four", (head) => {
  const numbers = Uint16Array.of(9, 1, 2, 0xfffe, 9).subarray(1, 4);
  const bytes = packed(head, numbers);
  const text = new TextEncoder().encode(JSON.stringify(head));
  expect([...bytes.subarray(0, 4)]).toEqual([text.length, 0, 0, 0]);
  expect(bytes.subarray(4, 4 + text.length)).toEqual(text);
  const start = Math.ceil((4 + text.length) / 4) * 4;
  expect(bytes.length).toBe(start + 6);
  expect([...bytes.subarray(start)]).toEqual([1, 0, 2, 0, 0xfe, 0xff]);
});

test.each(heads)("%j is read with its numbers, wherever in memory it lies", (head) => {
  const bytes = packed(head, Uint8Array.of(1, 2, 3));
  const around = new Uint8Array(bytes.length + 16).fill(0xee);
  around.set(bytes, 8);
  const read = unpacked(around.subarray(8, 8 + bytes.length));
  expect(read.head).toEqual(head);
  expect([...read.rest]).toEqual([1, 2, 3]);
  // Whoever reads them as wider numbers has them from the start of their memory.
  expect(read.rest.byteOffset).toBe(0);
});

test("a page of a trace with nothing wrong opens in the middle of its ops, or of its events", () => {
  expect([-1, 0, 1, 2, 3, 10].map(openingOf)).toEqual([
    ...["50%", "50%", "op:1", "op:1", "op:2", "op:5"],
  ]);
});
