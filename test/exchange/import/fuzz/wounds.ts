// wounds.ts - what becomes of a file on its way: cut, overwritten, of another encoding, with absurd numbers and lines.

import type { Dice } from "../../../../src/dice.ts";

export type Wound = (bytes: Buffer, dice: Dice) => Buffer;

const spliced = (bytes: Buffer, at: number, taken: number, put: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + taken)]);
const oneOf = <T>(dice: Dice, list: readonly T[]): T => list[dice.roll(list.length)]!;

/** Numbers that stand for nothing that a machine has: as a CPU, a size, a time, an address, a count. */
const ABSURD: readonly string[] = [
  "-1",
  "0",
  "4294967295",
  "9007199254740993",
  "18446744073709551615",
  "99999999999999999999999",
  "0xffffffffffffffff",
  "ffffffffffffffffffff",
  "1e308",
  "NaN",
  "",
];

/** What a line is made of that no program meant to be read again and again. */
const UNITS: readonly string[] = [
  ...[
    " ",
    "\t",
    "0",
    "f",
    "a",
    "[",
    "]",
    "(",
    "-",
    ">",
    ":",
    ",",
    "=",
    '"',
    "{",
    "\\x41",
    "|",
    ".",
    "@",
  ],
  ...[
    " 1",
    "-1 ",
    "[0",
    "[0] ",
    "a=",
    "a: ",
    "> ",
    "<1>",
    "0x",
    "x=0x1,",
    "1,1,1,",
    "(XEN) ",
    " => a",
  ],
  ...["[    1.000000] ", "\u001b[31m", "DMAR: [DMA ", "\u00e9", "{0x1,0x1}"],
  ...["dma_map_page: x ", "sid=0x1 ", ", addr: 0x1, offset: 0, ", "device=a ", "IOMMU: "],
];
/** Less than what a line may have. */
const LONG = 1_000_000;

/** A line with a unit repeated inside. */
export const longLine =
  (unit: string): Wound =>
  (bytes, dice) =>
    spliced(bytes, dice.roll(bytes.length + 1), 0, Buffer.from(unit.repeat(LONG / unit.length)));

export const longLines: readonly (readonly [unit: string, wound: Wound])[] = UNITS.map((unit) => [
  JSON.stringify(unit),
  longLine(unit),
]);

export const wounds: { readonly [name: string]: Wound } = {
  cut: (bytes, dice) => bytes.subarray(0, dice.roll(bytes.length + 1)),
  "begun late": (bytes, dice) => bytes.subarray(dice.roll(bytes.length + 1)),
  garbage: (bytes, dice) => {
    const changed = Buffer.from(bytes);
    for (let i = dice.roll(20); i >= 0 && changed.length > 0; i--)
      changed[dice.roll(changed.length)] = dice.roll(256);
    return changed;
  },
  "a stretch of one byte": (bytes, dice) => {
    const at = dice.roll(bytes.length + 1);
    return spliced(bytes, at, 8, Buffer.alloc(8, oneOf(dice, [0, 1, 0x7f, 0x80, 0xff])));
  },
  "a doubled stretch": (bytes, dice) => {
    const at = dice.roll(bytes.length + 1);
    return spliced(bytes, at, 0, bytes.subarray(at, at + dice.roll(300)));
  },
  "absurd numbers": (bytes, dice) =>
    Buffer.from(
      bytes
        .toString("latin1")
        .replace(/\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b/g, (number) =>
          dice.roll(6) === 0 ? oneOf(dice, ABSURD) : number,
        ),
      "latin1",
    ),
  "ends of CR and LF": (bytes) =>
    Buffer.from(bytes.toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1"),
  "UTF-16": (bytes) => Buffer.from(`\ufeff${bytes.toString("latin1")}`, "utf16le"),
  "UTF-16, big-endian": (bytes) =>
    Buffer.from(`\ufeff${bytes.toString("latin1")}`, "utf16le").swap16(),
  "UTF-8 with its mark": (bytes) => Buffer.concat([Buffer.from("\ufeff"), bytes]),
  "no end of its last line": (bytes) => bytes.subarray(0, Math.max(0, bytes.length - 1)),
  "a line of a megabyte": (bytes, dice) => longLine(oneOf(dice, UNITS))(bytes, dice),
  "a line of three megabytes": (bytes, dice) =>
    spliced(bytes, dice.roll(bytes.length + 1), 0, Buffer.alloc(3 * LONG, oneOf(dice, UNITS))),
};
