// expression.ts - the C expressions of print formats, made into functions of a record.
//
// What a format can say: numbers, strings, fields, casts, operators, statements in brackets `({ int x = 1; x; })`, and the
// calls of include/trace/stages/stage3_trace_output.h.

import { slim, type Whole } from "./bytes.ts";
import { calls } from "./calls.ts";
import { type Field, type RecordBytes, sizeOfType } from "./fields.ts";
import { isTrue, LEVELS, type Operation, operations } from "./operators.ts";
import { tokensOf } from "./tokens.ts";
import {
  type Arguments,
  arrayOf,
  type Evaluated,
  isSpan,
  scalarOf,
  Unfollowed,
  type Value,
  whole,
} from "./value.ts";

const TYPE_WORD =
  /^(?:const|volatile|signed|unsigned|char|short|int|long|void|bool|_Bool|struct|union|enum|size_t|ssize_t|\w+_t|(?:__)?[us](?:8|16|32|64)|__[bl]e(?:16|32|64))$/;
const DEEPEST = 256;
/** A record without bytes, for what no record changes. */
const NOTHING: RecordBytes = {
  bytes: Buffer.alloc(0),
  at: 0,
  length: 0,
  target: { big: false, word: 8, symbols: () => null },
};

export class Expressions implements Arguments {
  readonly #tokens: readonly string[];
  readonly fields: ReadonlyMap<string, Field>;
  readonly word: number;
  #at = 0;
  #depth = 0;
  /** Bytes of an element of the field that was named last. */
  #element = 1;
  /** Names that only the kernel knows, up to the token in hand. */
  #unknown = 0;
  /** Those that are the same for every record. */
  readonly #constants = new Set<Evaluated>();
  /** What statements in brackets have named. */
  readonly #locals = new Map<string, Evaluated>();

  constructor(text: string, fields: ReadonlyMap<string, Field>, word: number) {
    const tokens = tokensOf(text);
    if (tokens === null) throw new Unfollowed(text);
    this.#tokens = tokens;
    this.fields = fields;
    this.word = word;
  }

  get #token(): string {
    return this.#tokens[this.#at] ?? "";
  }
  #any(): string {
    return this.#tokens[this.#at++] ?? "";
  }
  take(token: string): boolean {
    if (this.#token !== token) return false;
    this.#at++;
    return true;
  }
  need(token: string): void {
    if (!this.take(token)) throw new Unfollowed(`'${token}' expected before '${this.#token}'`);
  }
  end(): void {
    if (this.#at < this.#tokens.length) throw new Unfollowed(`'${this.#token}'`);
  }

  /** String literals one behind the other are one. */
  string(): string {
    if (!this.#token.startsWith('"')) throw new Unfollowed(`no text before '${this.#token}'`);
    let text = "";
    while (this.#token.startsWith('"')) text += this.#any().slice(1);
    return text;
  }

  /** A name, such as a field's as calls name it. */
  nameOf(): string {
    if (!/^\w+$/.test(this.#token)) throw new Unfollowed(`'${this.#token}' is no name`);
    return this.#any();
  }

  ternary(): Evaluated {
    if (++this.#depth > DEEPEST) throw new Unfollowed("too deep");
    const condition = this.#binary(0);
    this.#depth--;
    if (!this.take("?")) return condition;
    const yes = this.ternary();
    this.need(":");
    const no = this.ternary();
    return (record) => (isTrue(condition(record)) ? yes(record) : no(record));
  }

  /** What is the same for every record; null where it has a name that only its kernel knows, or fails. */
  constant(): Value | null {
    const before = this.#unknown;
    const value = this.ternary();
    return this.#unknown > before ? null : ofNothing(value);
  }

  #binary(level: number): Evaluated {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    while (operators.includes(this.#token)) {
      const operate = operations[this.#any()]!;
      left = this.#applied(operate, left, this.#binary(level + 1));
    }
    return left;
  }

  /** Of two constants it is worked out here, where it can be. */
  #applied(operate: Operation, a: Evaluated, b: Evaluated): Evaluated {
    const value: Evaluated = (record) => operate(whole(a(record)), whole(b(record)));
    const constant = this.#constants.has(a) && this.#constants.has(b) ? ofNothing(value) : null;
    return constant === null ? value : this.#constantly(constant);
  }

  #constantly(value: Value): Evaluated {
    const constant = () => value;
    this.#constants.add(constant);
    return constant;
  }

  #unary(): Evaluated {
    const operator = this.#token;
    if (["-", "+", "~", "!"].includes(operator)) {
      this.#at++;
      const bits = this.#bitsOf(this.#token);
      const value = this.#unary();
      if (operator === "!") return (record) => (isTrue(value(record)) ? 0 : 1);
      if (operator === "+") return value;
      const of = (number: Whole): Whole => {
        const wide = operator === "-" ? -BigInt(number) : ~BigInt(number);
        return slim(bits === null ? wide : BigInt.asUintN(bits, wide));
      };
      if (bits === null) return (record) => of(whole(value(record)));
      return this.#constantly(of(whole(value(NOTHING))));
    }
    // A pointer's target is what it names: __get_str and its like give it whole.
    if (operator === "*" || operator === "&") {
      this.#at++;
      return this.#unary();
    }
    if (operator === "(" && this.#isType(this.#at + 1)) return this.#cast();
    return this.#postfix(this.#primary());
  }

  /** Of how many bits an unsigned number is that stands there as such: -1UL is all ones; null for anything else. */
  #bitsOf(token: string): 32 | 64 | null {
    const [, suffix] = /^\d\w*?([uUlL]+)$/.exec(token) ?? [];
    if (suffix === undefined || !/u/i.test(suffix)) return null;
    const longs = suffix.replace(/u/gi, "").length;
    return longs === 2 || (longs === 1 && this.word === 8) ? 64 : 32;
  }

  #isType(at: number): boolean {
    const token = this.#tokens[at] ?? "";
    if (!/^[A-Za-z_]\w*$/.test(token) || this.#locals.has(token)) return false;
    if (TYPE_WORD.test(token)) return true;
    // "(gfp_t)x", "(blk_opf_t)x": a name alone in brackets with a value behind them.
    return this.#tokens[at + 1] === ")" && /^[\w("~]/.test(this.#tokens[at + 2] ?? "");
  }

  #cast(): Evaluated {
    this.need("(");
    let type = "";
    for (let open = 0; this.#token !== ""; ) {
      const token = this.#any();
      if (token === "(") open++;
      else if (token === ")" && open-- === 0) break;
      type += ` ${token}`;
    }
    const value = this.#unary();
    if (type.includes("*")) return value;
    // As libtraceevent, what is cast to a type that is not known stays as it is (src/event-parse.c, eval_type_str).
    const size = sizeOfType(type, this.word);
    if (size === null) return value;
    const bits = size * 8;
    const isUnsigned = /\bunsigned\b|\bu\d+\b|\b__u\d+\b|\bu?int\d+_t\b|_t\b/.test(type);
    return (record) => {
      const number = value(record);
      if (typeof number === "number" && number >= 0 && number < 0x80000000 && bits >= 32)
        return number;
      if (typeof number !== "number" && typeof number !== "bigint") return number;
      const wide = BigInt(number);
      return slim(isUnsigned ? BigInt.asUintN(bits, wide) : BigInt.asIntN(bits, wide));
    };
  }

  #primary(): Evaluated {
    const token = this.#token;
    if (token.startsWith('"')) {
      const text = this.string();
      return () => text;
    }
    if (this.take("(")) {
      const value = this.take("{") ? this.#statements() : this.ternary();
      this.need(")");
      return value;
    }
    if (/^\d/.test(token)) {
      return this.#constantly(slim(BigInt(this.#any().replace(/[uUlL]+$/, ""))));
    }
    if (token.startsWith("'")) {
      const code = this.#any().charCodeAt(1);
      return () => code;
    }
    const name = this.nameOf();
    if (name === "REC") return this.#field();
    const local = this.#locals.get(name);
    if (local !== undefined) return local;
    // What the kernel did not replace by its number, such as vmemmap_base, libtraceevent takes for 0
    // (src/event-parse.c, eval_num_arg), so that "vmemmap_base + pfn" is the frame's number.
    if (this.#token !== "(") {
      this.#unknown++;
      return () => 0;
    }
    if (name === "sizeof") return this.#sizeOf();
    const call = calls[name];
    if (call === undefined) throw new Unfollowed(`${name}() is not known`);
    this.need("(");
    const value = call(this);
    this.need(")");
    return value;
  }

  #sizeOf(): Evaluated {
    this.need("(");
    let type = "";
    while (this.#token !== ")" && this.#token !== "") type += ` ${this.#any()}`;
    this.need(")");
    const size = sizeOfType(type, this.word);
    if (size === null) throw new Unfollowed(`sizeof(${type})`);
    return () => size;
  }

  /** `int x = 1; const int y = 2; x + y;`: the last one is the value. */
  #statements(): Evaluated {
    for (;;) {
      if (!this.#isType(this.#at) || this.#tokens[this.#at + 1] === ")") {
        const value = this.ternary();
        this.take(";");
        if (this.take("}")) return value;
        continue;
      }
      let name = "";
      while (this.#token !== "=" && this.#token !== "") name = this.#any();
      this.need("=");
      this.#locals.set(name, this.ternary());
      this.need(";");
    }
  }

  #field(): Evaluated {
    this.need("->");
    const name = this.nameOf();
    const field = this.fields.get(name);
    if (field === undefined) throw new Unfollowed(`no field '${name}'`);
    this.#element = field.element;
    return field.element > 0 || field.dynamic !== null ? arrayOf(field) : scalarOf(field);
  }

  #postfix(value: Evaluated): Evaluated {
    if (!this.take("[")) return value;
    const element = this.#element;
    const index = this.ternary();
    this.need("]");
    return (record) => elementAt(value(record), Number(whole(index(record))), element, record);
  }
}

/** What is worth the same for every record; null where it fails. */
function ofNothing(value: Evaluated): Value | null {
  try {
    return value(NOTHING);
  } catch (error) {
    if (error instanceof Unfollowed) return null;
    throw error;
  }
}

function elementAt(value: Value, index: number, size: number, { target }: RecordBytes): Value {
  if (typeof value === "string") return value.charCodeAt(index) || 0;
  if (!isSpan(value) || index < 0 || (index + 1) * size > value.length)
    throw new Unfollowed("past an array's end");
  const field = { at: 0, size, isSigned: false };
  const record = { bytes: value.bytes, at: value.at + index * size, length: size, target };
  return scalarOf({ ...field, name: "", type: "", dynamic: null, element: 0 })(record);
}
