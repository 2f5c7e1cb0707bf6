// numbers.ts - hexadecimal numbers and PCI addresses as logs print them.

import { bdfOf } from "../../../event/register.ts";

/** Addresses of memory are below 2^52. */
const HIGHEST = 2 ** 52;
const HEX = /^(?:0x)?[0-9a-f]{1,16}$/i;
/** "07:00.0", "0000:07:00.0", "[0x07:0x00.0]": the segment is 0 where it is left out. */
const PCI =
  /^\[*(?:(?:0x)?([0-9a-f]{4,5}):)?(?:0x)?([0-9a-f]{1,2}):(?:0x)?([0-9a-f]{1,2})\.(?:0x)?([0-7])\]*$/i;

/** Digits by the codes of their characters; -1 for others. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code)),
);

/** What a character is as a hexadecimal digit, by its code; -1 for one that is none. Letters are small. Hot: once a digit. */
export const hexDigit = (code: number): number => (code < 128 ? DIGITS[code]! : -1);

/** A hexadecimal number with or without 0x; null for anything else, and above 2^52. */
export function hexOf(text: string): number | null {
  const value = HEX.test(text) ? Number.parseInt(text, 16) : HIGHEST;
  return value < HIGHEST ? value : null;
}

/** The same for a bus address, which has up to 64 bits. */
export const busHexOf = (text: string): bigint | null =>
  HEX.test(text) ? BigInt(text.toLowerCase().startsWith("0x") ? text : `0x${text}`) : null;

/** The device of a PCI address; null for any other name. */
export function pciOf(text: string): number | null {
  const [, segment = "0000", bus, slot, fn] = PCI.exec(text) ?? [];
  return bus === undefined ? null : bdfOf(`${segment}:${bus}:${slot}.${fn}`);
}
