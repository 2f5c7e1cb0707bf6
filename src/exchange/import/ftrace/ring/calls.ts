// calls.ts - the calls that print formats make: an event's own data, and numbers by their names.

import { integer } from "./bytes.ts";
import { stretchOf } from "./fields.ts";
import { type Arguments, arrayOf, type Evaluated, isSpan, Unfollowed, whole } from "./value.ts";

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
    const value = expressions.ternary();
    expressions.need(",");
    const name = expressions.string();
    expressions.need("}");
    const number = constant(value);
    if (number !== null) found.push([number, name]);
  }
  return found;
}

/** What is the same for every record; null for a name that only its kernel knows. */
function constant(value: Evaluated): bigint | null {
  try {
    return BigInt.asUintN(64, BigInt(whole(value(NOTHING))));
  } catch (error) {
    if (error instanceof Unfollowed) return null;
    throw error;
  }
}
const NOTHING = {
  bytes: Buffer.alloc(0),
  at: 0,
  length: 0,
  target: { big: false, word: 8, symbols: () => null },
};

const symbolic: Call = (expressions) => {
  const value = expressions.ternary();
  const names = new Map<bigint, string>();
  for (const [of, name] of pairs(expressions)) if (!names.has(of)) names.set(of, name);
  return (record) => {
    const number = BigInt.asUintN(64, BigInt(whole(value(record))));
    return names.get(number) ?? `0x${number.toString(16)}`;
  };
};

const flags: Call = (expressions) => {
  const value = expressions.ternary();
  expressions.need(",");
  const between = expressions.string();
  const names = pairs(expressions);
  return (record) => {
    let left = BigInt.asUintN(64, BigInt(whole(value(record))));
    const found: string[] = [];
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
