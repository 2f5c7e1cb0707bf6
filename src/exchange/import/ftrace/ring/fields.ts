// fields.ts - a record's fields: where each is, and what it holds.

import { integer, type Order, u32, type Whole } from "./bytes.ts";

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly at: number;
  readonly size: number;
  readonly isSigned: boolean;
  /** Where the field's word says where its data are: from the record's beginning, or from the word's end. */
  readonly dynamic: "loc" | "rel" | null;
  /** Bytes of one element; 0 where it is no array. */
  readonly element: number;
}

/** What symbols a kernel's addresses have; the name alone, or with the offset in it. */
export type Symbols = (address: Whole, isWhole: boolean) => string | null;

/** The machine that traced. */
export interface Target extends Order {
  /** Bytes of a kernel's word. */
  readonly word: number;
  readonly symbols: Symbols;
}

/** One record's bytes, and the machine that they are of. */
export interface RecordBytes {
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
  readonly target: Target;
}

const SIZES: { readonly [type: string]: number } = { char: 1, bool: 1, short: 2, int: 4 };

/** Bytes of a type of C or of the kernel; null for one that is not known. */
export function sizeOfType(type: string, word: number): number | null {
  const [, bits] = /\b(?:__)?[us](?:int)?(8|16|32|64)(?:_t)?\b/.exec(type) ?? [];
  if (bits !== undefined) return Number(bits) / 8;
  if (/\*|\blong long\b|\bdma_addr_t\b|\bphys_addr_t\b|\bsector_t\b/.test(type))
    return type.includes("*") ? word : 8;
  if (/\blong\b|\bsize_t\b/.test(type)) return word;
  const found = Object.keys(SIZES).find((name) => new RegExp(`\\b${name}\\b`).test(type));
  if (found !== undefined) return SIZES[found]!;
  return /\bunsigned\b|\benum\b/.test(type) ? 4 : null;
}

/** The stretch of a record that a field's data take. */
export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** Where the data of a field are; null past the record's end. */
export function stretchOf(
  field: Field,
  { bytes, at, length, target }: RecordBytes,
): Stretch | null {
  if (field.dynamic === null) {
    // "char buf[]" goes on to the record's end.
    const size = field.size === 0 ? length - field.at : field.size;
    return size < 0 || field.at + size > length ? null : { at: at + field.at, length: size };
  }
  if (field.at + 4 > length) return null;
  const word = u32(bytes, at + field.at, target);
  const from = (word & 0xffff) + (field.dynamic === "rel" ? field.at + 4 : 0);
  const size = word >>> 16;
  return from + size > length ? null : { at: at + from, length: size };
}

/** A field's number; null where it is none, or lies past the record's end. */
export function numberOf(field: Field, { bytes, at, length, target }: RecordBytes): Whole | null {
  if (field.at + field.size > length) return null;
  return integer(bytes, at + field.at, field.size, field.isSigned, target);
}

/** Text up to its zero byte. */
export function textAt(bytes: Buffer, { at, length }: Stretch): string {
  let end = at;
  while (end < at + length && bytes[end] !== 0) end++;
  return bytes.toString("utf8", at, end);
}
