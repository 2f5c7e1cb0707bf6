// calls.ts - the calls that print formats make: an event's own data, and numbers by their names.

import { integer, slim, type Whole } from "./bytes.ts";
import { stretchOf } from "./fields.ts";
import {
  type Arguments,
  arrayOf,
  type Evaluated,
  isSpan,
  Unfollowed,
  type Value,
  whole,
} from "./value.ts";

type Call = (expressions: Arguments) => Evaluated;

/** A dynamic field, by the name that a call gives. */
const dynamic: Call = (expressions) => {
  const name = expressions.nameOf();
  const field = expressions.fields.get(name);
  if (field === undefined) throw new Unfollowed(`no field '${name}'`);
  return arrayOf(field);
};

const dynamicLength: Call = (expressions) => {
  const name = expressions.nameOf();
  const field = expressions.fields.get(name);
  if (field === undefined) throw new Unfollowed(`no field '${name}'`);
  return (record) => stretchOf(field, record)?.length ?? 0;
};

/** `{ 1, "ONE" }, { 2, "TWO" }` up to the closing bracket. */
function pairs(expressions: Arguments): readonly (readonly [value: bigint, name: string])[] {
  const found: (readonly [bigint, string])[] = [];
  while (expressions.take(",")) {
    expressions.need("{");
    const number = expressions.constant();
    expressions.need(",");
    // A null pointer ends a list, which the closing bracket does too.
    const name = expressions.constant();
    expressions.need("}");
    if (isWhole(number) && typeof name === "string") found.push([unsigned(number), name]);
  }
  return found;
}

/** The largest number that bit by bit is one of JavaScript's own. */
const HALF = 0x7fffffff;

const isWhole = (value: Value | null): value is Whole =>
  typeof value === "number" || typeof value === "bigint";
const unsigned = (value: Whole): bigint => BigInt.asUintN(64, BigInt(value));

/** Hot: once a DMA call; a number that is exact is looked for as it is. */
const symbolic: Call = (expressions) => {
  const value = expressions.ternary();
  const names = new Map<Whole, string>();
  for (const [of, name] of pairs(expressions)) if (!names.has(slim(of))) names.set(slim(of), name);
  return (record) => {
    const number = whole(value(record));
    const exact = number >= 0 ? number : slim(unsigned(number));
    return names.get(exact) ?? `0x${exact.toString(16)}`;
  };
};

const flags: Call = (expressions) => {
  const value = expressions.ternary();
  expressions.need(",");
  const between = expressions.string();
  const names = pairs(expressions);
  const small = names
    .filter(([mask]) => mask <= HALF)
    .map(([mask, name]) => [Number(mask), name] as const);
  return (record) => {
    const number = whole(value(record));
    const found: string[] = [];
    // Hot: once a call or a page that is allocated.
    if (typeof number === "number" && number >= 0 && number <= HALF) {
      let rest = number;
      for (const [mask, name] of small) {
        if (rest === 0 || (rest & mask) !== mask) continue;
        found.push(name);
        rest &= ~mask;
      }
      if (rest !== 0) found.push(`0x${rest.toString(16)}`);
      return found.join(between);
    }
    let left = unsigned(number);
    for (const [mask, name] of names) {
      if (left === 0n || (left & mask) !== mask) continue;
      found.push(name);
      left &= ~mask;
    }
    if (left !== 0n) found.push(`0x${left.toString(16)}`);
    return found.join(between);
  };
};

/** "{0x1,0x2}": so many elements of so many bytes. */
const array: Call = (expressions) => {
  const value = expressions.ternary();
  expressions.need(",");
  const count = expressions.ternary();
  expressions.need(",");
  const size = expressions.ternary();
  return (record) => {
    const span = value(record);
    const [items, bytes] = [Number(whole(count(record))), Number(whole(size(record)))];
    if (!isSpan(span) || items * bytes > span.length) throw new Unfollowed("no such array");
    const texts: string[] = [];
    for (let i = 0; i < items; i++) {
      const item = integer(span.bytes, span.at + i * bytes, bytes, false, record.target);
      if (item === null) throw new Unfollowed(`elements of ${bytes} bytes`);
      texts.push(`0x${item.toString(16)}`);
    }
    return `{${texts.join(",")}}`;
  };
};

const hexadecimal =
  (between: string): Call =>
  (expressions) => {
    const value = expressions.ternary();
    expressions.need(",");
    const length = expressions.ternary();
    return (record) => {
      const span = value(record);
      const bytes = Number(whole(length(record)));
      if (!isSpan(span) || bytes > span.length) throw new Unfollowed("no such bytes");
      return [...span.bytes.subarray(span.at, span.at + bytes)]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(between);
    };
  };

export const calls: { readonly [name: string]: Call | undefined } = Object.assign(
  Object.create(null) as { [name: string]: Call },
  {
    __get_str: dynamic,
    __get_rel_str: dynamic,
    __get_dynamic_array: dynamic,
    __get_rel_dynamic_array: dynamic,
    __get_dynamic_array_len: dynamicLength,
    __get_rel_dynamic_array_len: dynamicLength,
    __print_symbolic: symbolic,
    __print_symbolic_u64: symbolic,
    __print_flags: flags,
    __print_flags_u64: flags,
    __print_array: array,
    __print_hex: hexadecimal(" "),
    __print_hex_str: hexadecimal(""),
  },
);
