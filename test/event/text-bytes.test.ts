// text-bytes.test.ts - numbers, names and words as bytes are the same text that strings would be.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hex } from "../../src/address.ts";
import { bytesOf, TextBytes } from "../../src/event/text-bytes.ts";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
/** What is written so. */
function written(write: (text: TextBytes) => void): string {
  const text = new TextBytes();
  write(text);
  return textOf(text.take());
}

/** Where another digit begins, and one before and after. */
const edges = [...Array(16).keys()].flatMap((power) => [10 ** power, 16 ** Math.min(power, 13)]);
const whole = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(),
  fc.constantFrom(...edges.flatMap((edge) => [edge - 1, edge, edge + 1])),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);

describe("text made as bytes", () => {
  test("has every whole number in decimal, also below zero", () => {
    fc.assert(
      fc.property(whole, (number) => {
        expect(written((text) => text.number(number))).toBe(`${number}`);
        expect(written((text) => text.number(-number))).toBe(`${0 - number}`);
      }),
    );
  });

  test("has every number from 0 on in hexadecimal", () => {
    fc.assert(
      fc.property(whole, (number) => {
        expect(written((text) => text.hex(number))).toBe(hex(number));
      }),
    );
  });

  test("has 64 bits in hexadecimal by their halves", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (number) => {
        const [high, low] = [Number(number >> 32n), Number(number & 0xffffffffn)];
        expect(written((text) => text.hexHalves(high, low))).toBe(hex(number));
      }),
    );
  });

  test("has words of any script, one behind the other, however long it gets", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 40 })), (words) => {
        const long = "x".repeat(70_000);
        expect(
          written((text) => {
            for (const word of words) text.text(word);
            text.text(long);
            for (const word of words) text.bytes(bytesOf(word));
            text.bytes(bytesOf(long));
          }),
        ).toBe([...words, long, ...words, long].join(""));
      }),
      { numRuns: 20 },
    );
  });

  test("forgets what is taken back, and begins anew when it was taken", () => {
    const text = new TextBytes();
    text.text("kept");
    const { length } = text;
    text.number(17);
    text.length = length;
    text.text(" 5");
    const taken = text.take();
    text.text("next");
    expect(textOf(taken)).toBe("kept 5");
    expect(textOf(text.take())).toBe("next");
  });

  test("is handed over in memory of its own, no longer than it is", () => {
    const text = new TextBytes();
    text.text("seven b");
    const { buffer, byteOffset } = text.take();
    expect({ bytes: buffer.byteLength, byteOffset }).toEqual({ bytes: 7, byteOffset: 0 });
  });
});
