// fields.ts - the key=value fields of a log line, in any order; unknown keys are passed over.

import { nearOf } from "./far.ts";
import { hexDigit } from "./numbers.ts";

/** Addresses of memory are below 2^52. */
export const HIGHEST = 2 ** 52;
/** Bytes of one mapping: past this a size is a mistake of the source. */
export const LARGEST = 2 ** 34;

/** A line that cannot be used: why, for the count of what was skipped. */
export class Unusable extends Error {
  override readonly name = "Unusable";
  readonly #key: string | null;
  readonly #text: string;

  /** `key` names the field that is wrong, `text` what of it is; neither where it is the line as a whole. */
  constructor(why: string, key: string | null = null, text = "") {
    super(why);
    this.#key = key;
    this.#text = text;
  }

  /** The column, from 1, of what is wrong in a line that ends in this body; of the body where it is all of it. */
  columnIn(line: string, body: string): number {
    const field = this.#key === null ? -1 : placeOf(body, this.#key);
    const found = field < 0 ? 0 : Math.max(body.indexOf(this.#text, field), field);
    return line.length - body.length + found + 1;
  }
}

/** The text after ` key=` up to the next blank, comma or closing bracket; null where there is no such key. */
export function textOf(body: string, key: string): string | null {
  const found = placeOf(body, key);
  if (found < 0) return null;
  const first = body.charCodeAt(found);
  if (first === QUOTE) {
    const end = body.indexOf('"', found + 1);
    return end < 0 ? null : body.slice(found + 1, end);
  }
  if (first === BRACE) {
    const end = body.indexOf("}", found);
    return end < 0 ? null : body.slice(found, end + 1);
  }
  let end = found;
  while (!isEnd(body, end)) end++;
  return body.slice(found, end);
}

const [BLANK, QUOTE, OPENING, CLOSING, COMMA, EQUALS, BRACE] = [32, 34, 40, 41, 44, 61, 123];
const [ZERO, NINE, X, CLOSING_BRACE] = [48, 57, 120, 125];

/**
 * Whether a value ends there: with the text, or before a blank, a comma or a bracket. V8 gives up its own code for a
 * character once one was asked for that is not there (bench: import).
 */
export function isEnd(text: string, at: number): boolean {
  if (at >= text.length) return true;
  const code = text.charCodeAt(at);
  return code === BLANK || code === COMMA || code === CLOSING;
}

/** Where the value of a key begins, in front of a quote or a bracket around it; -1 for no such key. Keys stand at the beginning or after a blank. Hot: some fields a line. */
export function placeOf(body: string, key: string): number {
  for (let at = body.indexOf(key); at >= 0; at = body.indexOf(key, at + 1)) {
    if (body.charCodeAt(at + key.length) !== EQUALS) continue;
    const before = at === 0 ? BLANK : body.charCodeAt(at - 1);
    if (before === BLANK || before === OPENING || before === COMMA || before === BRACE)
      return at + key.length + 1;
  }
  return -1;
}

const needed = (body: string, key: string): string => {
  const text = textOf(body, key);
  if (text === null) throw new Unusable(`no field '${key}'`);
  return text;
};

/** The longest a number of 64 bits is in hexadecimal, and one that is exact in decimal. */
const [HEX_DIGITS, DECIMAL_DIGITS] = [16, 15];

/** Where the digits of a hexadecimal number begin that stands there with 0x or without. */
export const digitsAt = (body: string, from: number): number =>
  from + 1 < body.length && body.charCodeAt(from) === ZERO && body.charCodeAt(from + 1) === X
    ? from + 2
    : from;

/** The hexadecimal number that a value is, with 0x or without; NaN where it is another text, or not below 2^52. */
export function hexAt(body: string, from: number): number {
  const first = digitsAt(body, from);
  const last = Math.min(first + HEX_DIGITS, body.length);
  let at = first;
  let value = 0;
  for (; at < last; at++) {
    const digit = hexDigit(body.charCodeAt(at));
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  return at > first && value < HIGHEST && isEnd(body, at) ? value : Number.NaN;
}

/** The number in decimal that a value is; NaN where it is another text, or a long one. */
function decimalAt(body: string, from: number): number {
  const last = Math.min(from + DECIMAL_DIGITS, body.length);
  let [at, value] = [from, 0];
  for (; at < last; at++) {
    const code = body.charCodeAt(at);
    if (!(code >= ZERO && code <= NINE)) break;
    value = value * 10 + (code - ZERO);
  }
  return at > from && isEnd(body, at) ? value : Number.NaN;
}

/** The hexadecimal number that a text is, with 0x or without, exact below 2^53; NaN where it is none of 64 bits. */
function wholeHex(text: string): number {
  let at = text.startsWith("0x") ? 2 : 0;
  if (text.length === at || text.length > at + HEX_DIGITS) return Number.NaN;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return Number.NaN;
    value = value * 16 + digit;
  }
  return value;
}

/** A hexadecimal number, with 0x or without. */
export function addressOf(text: string, key: string): number {
  const value = wholeHex(text);
  if (Number.isNaN(value)) throw new Unusable(`'${key}=${text}' is no address`, key, text);
  if (value >= HIGHEST) throw new Unusable(`'${key}=${text}' is above 2^52`, key, text);
  return value;
}

/** What nearly every value is, read where it stands; what it is not, its text tells. */
export function address(body: string, key: string): number {
  const found = placeOf(body, key);
  const value = found < 0 ? Number.NaN : hexAt(body, found);
  return Number.isNaN(value) ? addressOf(needed(body, key), key) : value;
}

/** The same; null where there is no such key. */
export function addressIn(body: string, key: string): number | null {
  const found = placeOf(body, key);
  if (found < 0) return null;
  const value = hexAt(body, found);
  return Number.isNaN(value) ? addressOf(needed(body, key), key) : value;
}

/** A bus address, which has up to 64 bits, as the number that stands for it (far.ts). */
export function busAddressOf(text: string, key: string): number {
  const value = wholeHex(text);
  if (Number.isNaN(value)) throw new Unusable(`'${key}=${text}' is no address`, key, text);
  if (value < HIGHEST) return value;
  const near = nearOf(BigInt(text.startsWith("0x") ? text : `0x${text}`));
  if (near === null)
    throw new Unusable(`'${key}=${text}' is in one region of the bus too many`, key, text);
  return near;
}

export function busAddress(body: string, key: string): number {
  const found = placeOf(body, key);
  const value = found < 0 ? Number.NaN : hexAt(body, found);
  return Number.isNaN(value) ? busAddressOf(needed(body, key), key) : value;
}

/** Bytes, in decimal or with 0x. */
export function sizeOf(text: string, key: string): number {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new Unusable(`'${key}=${text}' is no size`, key, text);
  if (value > LARGEST)
    throw new Unusable(`'${key}=${text}' is more than any buffer has`, key, text);
  return value;
}

export function size(body: string, key: string): number {
  const found = placeOf(body, key);
  const value = found < 0 ? Number.NaN : decimalAt(body, found);
  return value <= LARGEST ? value : sizeOf(needed(body, key), key);
}

/** A natural number in decimal or with 0x; null where there is no such key. */
export function number(body: string, key: string): number | null {
  const found = placeOf(body, key);
  if (found < 0) return null;
  const isHex = digitsAt(body, found) > found;
  const short = isHex ? hexAt(body, found) : decimalAt(body, found);
  if (!Number.isNaN(short)) return short;
  const text = textOf(body, key);
  if (text === null) return null;
  const value = /^(0x[0-9a-f]+|[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new Unusable(`'${key}=${text}' is no number`, key, text);
  return value;
}

/** "{0x1,0x2}" as texts. */
export function list(body: string, key: string): readonly string[] {
  const text = needed(body, key);
  if (!text.startsWith("{")) throw new Unusable(`'${key}' is no list in braces`, key);
  if (text === "{}") return [];
  const items = text.slice(1, -1).split(",");
  return text.includes(" ") ? items.map((item) => item.trim()) : items;
}

/** "{0x1,0x2}" as addresses, bus addresses or sizes. Hot: an NVMe command has 128 of each (bench: import). */
export const addresses = (body: string, key: string): readonly number[] =>
  plainList(body, key, HIGHEST) ?? list(body, key).map((text) => addressOf(text, key));
export const busAddresses = (body: string, key: string): readonly number[] =>
  plainList(body, key, HIGHEST) ?? list(body, key).map((text) => busAddressOf(text, key));
export const sizes = (body: string, key: string): readonly number[] =>
  plainList(body, key, LARGEST + 1) ?? list(body, key).map((text) => sizeOf(text, key));

/** A list as nearly all are: numbers with 0x, below a bound and with nothing between; null for another. */
function plainList(body: string, key: string, bound: number): readonly number[] | null {
  let at = placeOf(body, key);
  if (at < 0 || body.charCodeAt(at) !== BRACE) return null;
  const found: number[] = [];
  for (let end = COMMA; end === COMMA; ) {
    at++;
    if (body.charCodeAt(at) !== ZERO || body.charCodeAt(at + 1) !== X) return null;
    const first = at + 2;
    const last = first + HEX_DIGITS;
    let value = 0;
    for (at = first; at < last; at++) {
      const digit = hexDigit(body.charCodeAt(at));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at === first || value >= bound) return null;
    found.push(value);
    end = body.charCodeAt(at);
    if (end !== COMMA && end !== CLOSING_BRACE) return null;
  }
  return found;
}
