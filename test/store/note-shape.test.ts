// note-shape.test.ts - which numbers of an event's words lie apart from their shape, and which stay in it.

import { describe, expect, test } from "vitest";
import { MOST_NUMBERS, noteShaped } from "../../src/store/note-shape.ts";
import { Unshaper } from "../../src/store/unshaper.ts";

describe("of an event's words", () => {
  test.each([
    ["NO_WARN", "NO_WARN", null],
    ["disk 8,0", "disk %d,%d", "8,0"],
    ["raising MSI-X IRQ vector 24", "raising MSI-X IRQ vector %d", "24"],
    ["offset 0x50 value 0x0", "offset 0x%x value 0x%x", "80,0"],
    ["devid 00:1f.2 hpa 0x4e3000", "devid %02x:%x.%d hpa 0x%x", "0,31,2,5124096"],
    ["dev_addr=1f7c0000 size=4096", "dev_addr=%x size=%d", "528220160,4096"],
    // What eight digits stand for is seen by their neighbours alone.
    ["dev_addr=10000000", "dev_addr=%x", "268435456"],
    ["sector 1234567", "sector %d", "1234567"],
    ["%pK 0x1", "%%pK 0x%x", "1"],
    ["-5 -0x5", "-%d -0x%x", "5,5"],
    ["nvme0n1 x2 2x A0 0xA 0XA", "nvme0n1 x2 2x A0 0xA 0XA", null],
    ["dead beef cafe", "dead beef cafe", null],
    ["e820: 00000000-0009fbff", "%x: %08x-%08x", "59424,0,654335"],
    ["0x000012", "0x%06x", "18"],
    ["mask=ffffffffffffffff", "mask=ffffffffffffffff", null],
    ["0xfffffffffffff 0x10000000000000", "0x%x 0x10000000000000", "4503599627370495"],
    ["999999999999999 9999999999999999", "%d 9999999999999999", "999999999999999"],
    ["12345678901234", "%d", "12345678901234"],
    ["1234567890123", "%x", "320255973458211"],
    ["wert 3µs, größe 4", "wert %dµs, größe %d", "3,4"],
  ])("%s the shape is %s, the numbers are %s", (text, shape, values) => {
    expect(noteShaped(text)).toEqual({ shape, values });
    expect(new Unshaper().text(shape, values)).toBe(text);
  });

  test.each([
    [
      "more than eight numbers",
      Array(MOST_NUMBERS + 1)
        .fill("7")
        .join(" "),
    ],
    ["more than 1,024 characters", "7".padEnd(1025, " ")],
    ["a character at which printf ends", "7 \0 8"],
    ["no words", ""],
  ])("%s are kept as they are", (_, text) => {
    expect(noteShaped(text)).toEqual({ shape: null, values: text });
  });

  test("eight numbers and 1,024 characters are taken apart", () => {
    expect(noteShaped(Array(MOST_NUMBERS).fill("7").join(" ")).shape).not.toBeNull();
    expect(noteShaped("7".padEnd(1024, " ")).shape).not.toBeNull();
  });
});
