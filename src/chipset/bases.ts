// bases.ts - what many chipsets share: aperture and table in one register each, and a word's format.

import {
  aperture,
  type Bus,
  bus,
  pageBits,
  powerOf2,
  type RegisterIndex,
  restOf,
} from "../address.ts";
import type { Chipset, EntryFormat } from "./chipset.ts";

/** PCI_BASE_ADDRESS_MEM_MASK: the low four bits of a BAR say what kind it is. */
export const apertureIn =
  (number: RegisterIndex): Chipset["apertureBase"] =>
  (registers) => {
    const written = registers.register(number, 4);
    return written === undefined ? null : aperture(written.word - restOf(written.word, 16));
  };

/**
 * Bits 12 and up are the table, to bit 31 or as far as the register has them; what stands below differs. Of a wide
 * register whose upper half nobody wrote, that half is 0, as at power-on.
 */
export const tableIn =
  (number: RegisterIndex, bits = 32): Chipset["tableBase"] =>
  (registers) => {
    const whole = bits > 32 ? registers.register(number, 8) : undefined;
    const written = whole ?? registers.register(number, 4);
    if (written === undefined) return null;
    const word = restOf(written.word, powerOf2(bits));
    return { base: bus(word - restOf(word, 4096)), seq: written.seq };
  };

/** An address with control bits below it; null stays null. */
export const plus = (address: number | null, bits: number): number | null =>
  address === null ? null : address + bits;

/** Bits 31:12 are the page and bit 0 is valid: the word of most tables, and of every directory. */
export const pageAndValidBit = {
  bytes: 4,
  encode: (page: Bus) => plus(pageBits(page, 32), 1),
  decode: (word: number) => (restOf(word, 2) === 1 ? bus(word - restOf(word, 4096)) : null),
} as const satisfies EntryFormat;
