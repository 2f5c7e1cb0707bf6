// printf.ts - printf as the kernel's print formats use it.

import type { Whole } from "./bytes.ts";

import type { RecordBytes } from "./fields.ts";
import { type Evaluated, Unfollowed, type Value } from "./value.ts";

type Piece = (record: RecordBytes) => string;

/** What a record is printed as; and what of that is more than numbers, a function by its address. */
export interface Printed {
  readonly text: Piece;
  readonly words: Piece;
}

const SPEC = /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(hh|h|ll|l|L|z|t|q)?([diuxXoscpn%])(\w*)/g;
const WIDEST = 1024;
const [ZERO, X] = [48, 120];

/** What prints a record by a format and the values of its arguments. */
export function formatted(format: string, values: readonly Evaluated[], word: number): Printed {
  const pieces: (string | Piece)[] = [];
  const words: Piece[] = [];
  let [from, next] = [0, 0];
  for (const found of format.matchAll(SPEC)) {
    const [whole, flags, width, precision, size, kind, more] = found;
    pieces.push(format.slice(from, found.index));
    from = found.index + whole.length;
    if (kind === "%") {
      pieces.push(`%${more}`);
      continue;
    }
    if (width === "*" || precision === "*" || kind === "n") throw new Unfollowed(whole);
    const value = values[next++];
    if (value === undefined) throw new Unfollowed(`${format}: too few values`);
    const pad = padding(flags!, Math.min(Number(width ?? 0), WIDEST));
    // Behind %p stands what kind of pointer it is.
    const isPointer = kind === "p";
    const tail = isPointer ? more!.replace(/^(?:[sSfFBxK]b?|[MmI]\w*)/, "") : more!;
    const print = isPointer
      ? pointer(value, more!, word)
      : plain(value, { kind: kind!, bits: bitsOf(size, word), flags: flags!, precision });
    pieces.push((record) => pad(print(record)), tail);
    if (isPointer) words.push(pointed(value, more!));
    else if (kind === "s" || kind === "c") words.push(print);
  }
  pieces.push(format.slice(from));
  return { text: joined(pieces.filter((piece) => piece !== "")), words: joined(words) };
}

const joined =
  (parts: readonly (string | Piece)[]): Piece =>
  (record) => {
    let text = "";
    for (const part of parts) text += typeof part === "string" ? part : part(record);
    return text;
  };

const bitsOf = (size: string | undefined, word: number): number => {
  if (size === "ll" || size === "L" || size === "q") return 64;
  return size === "l" || size === "z" || size === "t" ? word * 8 : 32;
};

function padding(flags: string, width: number): (text: string) => string {
  if (width === 0) return (text) => text;
  if (flags.includes("-")) return (text) => text.padEnd(width);
  if (!flags.includes("0")) return (text) => text.padStart(width);
  return (text) => {
    // Hot: twice for each entry of an IOMMU (bench: import); most numbers have no sign.
    if (text.charCodeAt(0) >= ZERO && text.charCodeAt(1) !== X) return text.padStart(width, "0");
    const [, sign = "", digits = ""] = /^([-+]|0x)?(.*)$/s.exec(text) ?? [];
    return sign + digits.padStart(width - sign.length, "0");
  };
}

interface Spec {
  readonly kind: string;
  readonly bits: number;
  readonly flags: string;
  readonly precision: string | undefined;
}

function plain(value: Evaluated, { kind, bits, flags, precision }: Spec): Piece {
  if (kind === "s")
    return (record) => {
      const text = value(record);
      if (typeof text !== "string") throw new Unfollowed("%s of a number");
      return precision === undefined ? text : text.slice(0, Number(precision));
    };
  if (kind === "c") return (record) => String.fromCharCode(Number(number(value(record))) & 255);
  const base = kind === "x" || kind === "X" ? 16 : kind === "o" ? 8 : 10;
  const isSigned = kind === "d" || kind === "i";
  const before = flags.includes("#") && base === 16 ? "0x" : "";
  return (record) => {
    const digits = inBase(number(value(record)), base, bits, isSigned);
    return `${before}${kind === "X" ? digits.toUpperCase() : digits}`;
  };
}

/** A number as so many bits of it are printed. */
function inBase(value: Whole, base: number, bits: number, isSigned: boolean): string {
  if (typeof value === "number" && (value >= 0 || isSigned)) {
    if (bits === 64 || (value <= 0x7fffffff && value >= -0x80000000)) return value.toString(base);
  }
  const wide = BigInt(value);
  return (isSigned ? BigInt.asIntN(bits, wide) : BigInt.asUintN(bits, wide)).toString(base);
}

function number(value: Value): Whole {
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw new Unfollowed("a number that is none");
}

/** %ps and %pS are a function's name; any other pointer is its digits, which a record has as they are. */
function pointer(value: Evaluated, more: string, word: number): Piece {
  const isWhole = !/^[sf]/.test(more);
  const isNamed = isFunction(more);
  return (record) => {
    const at = value(record);
    if (typeof at === "string") return at;
    const address = number(at);
    const name = isNamed ? record.target.symbols(address, isWhole) : null;
    return name ?? inBase(address, 16, word * 8, false).padStart(word * 2, "0");
  };
}

const isFunction = (more: string): boolean => /^[sSfFB]/.test(more);

/** What a pointer has that is more than a number. */
function pointed(value: Evaluated, more: string): Piece {
  const isNamed = isFunction(more);
  return (record) => {
    const at = value(record);
    if (typeof at === "string") return at;
    const address = number(at);
    return isNamed ? `${address} ` : "";
  };
}
