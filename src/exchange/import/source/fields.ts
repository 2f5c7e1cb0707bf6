// fields.ts - the key=value fields of a log line, in any order; unknown keys are passed over.

import { nearOf } from "./far.ts";

/** Addresses of memory are below 2^52. */
const HIGHEST = 2 ** 52;
/** Bytes of one mapping: past this a size is a mistake of the source. */
const LARGEST = 2 ** 34;

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
  if (body[found] === '"') {
    const end = body.indexOf('"', found + 1);
    return end < 0 ? null : body.slice(found + 1, end);
  }
  if (body[found] === "{") {
    const end = body.indexOf("}", found);
    return end < 0 ? null : body.slice(found, end + 1);
  }
  let end = found;
  while (end < body.length && !" ,)".includes(body[end]!)) end++;
  return body.slice(found, end);
}

/** Where the value of a key begins; -1 for no such key. Keys stand at the beginning or after a blank. */
function placeOf(body: string, key: string): number {
  const sought = `${key}=`;
  for (let at = body.indexOf(sought); at >= 0; at = body.indexOf(sought, at + 1)) {
    const before = at === 0 ? " " : body[at - 1]!;
    if (before === " " || before === "(" || before === "," || before === "{")
      return at + sought.length;
  }
  return -1;
}

const needed = (body: string, key: string): string => {
  const text = textOf(body, key);
  if (text === null) throw new Unusable(`no field '${key}'`);
  return text;
};

/** A hexadecimal number, with 0x or without. */
export function addressOf(text: string, key: string): number {
  const value = /^(0x)?[0-9a-f]{1,16}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  if (Number.isNaN(value)) throw new Unusable(`'${key}=${text}' is no address`, key, text);
  if (value >= HIGHEST) throw new Unusable(`'${key}=${text}' is above 2^52`, key, text);
  return value;
}

export const address = (body: string, key: string): number => addressOf(needed(body, key), key);

/** A bus address, which has up to 64 bits, as the number that stands for it (far.ts). */
export function busAddressOf(text: string, key: string): number {
  if (!/^(0x)?[0-9a-f]{1,16}$/.test(text))
    throw new Unusable(`'${key}=${text}' is no address`, key, text);
  const value = Number.parseInt(text, 16);
  if (value < HIGHEST) return value;
  const near = nearOf(BigInt(text.startsWith("0x") ? text : `0x${text}`));
  if (near === null)
    throw new Unusable(`'${key}=${text}' is in one region of the bus too many`, key, text);
  return near;
}

export const busAddress = (body: string, key: string): number =>
  busAddressOf(needed(body, key), key);

/** Bytes, in decimal or with 0x. */
export function sizeOf(text: string, key: string): number {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new Unusable(`'${key}=${text}' is no size`, key, text);
  if (value > LARGEST)
    throw new Unusable(`'${key}=${text}' is more than any buffer has`, key, text);
  return value;
}

export const size = (body: string, key: string): number => sizeOf(needed(body, key), key);

/** A natural number in decimal or with 0x; null where there is no such key. */
export function number(body: string, key: string): number | null {
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
  return text === "{}"
    ? []
    : text
        .slice(1, -1)
        .split(",")
        .map((item) => item.trim());
}
