// condition.ts - what follows `if` at a breakpoint: an expression over the fields of an event.
//
// or, and, not, brackets, and the comparisons == != < <= > >=. A word is a field of the event where there is
// one of that name, else it stands for itself: `entry >= 0x40 and verdict == wrong-space`. Nothing is executed.

import { wholeVirt } from "../event/address-text.ts";
import type { Verdict } from "../event/verdict.ts";
import { declarationOf, kindNames, type Recorded } from "../event/vocabulary.ts";
import { nearest, UserError } from "../fault.ts";

export interface Condition {
  /** As it was written. */
  readonly text: string;
  readonly holds: (candidate: Candidate) => boolean;
  /** Fields that no event lacks for which it holds, and the value that each must have; null for more than one. */
  readonly demands: readonly Demand[];
}

export interface Demand {
  readonly field: string;
  readonly value: Value;
}

/** An event that a condition is evaluated for; the verdict is looked up only where the condition needs it. */
export interface Candidate {
  readonly recorded: Recorded;
  readonly verdict: () => Verdict | null;
  readonly virtBase: bigint;
}

/** Only a kernel's own virtual address is above what a number holds exactly. */
type Value = number | bigint | string | null;
type Lookup = (name: string) => Value;
type Node = (lookup: Lookup) => Value | boolean;

/** What every event has beside the fields of its kind. */
export const always: readonly string[] = [
  "seq",
  "op",
  "kind",
  "actor",
  "place",
  "cause",
  "at",
  "verdict",
];

/** Every name that stands for a field of some event. */
export const fieldNames: ReadonlySet<string> = new Set([
  ...always,
  ...kindNames.flatMap((kind) => Object.keys(declarationOf(kind).fields)),
]);

/** Fields by the name that they had before: no field is called `way` any more, but expressions may say so. */
const formerNames: ReadonlyMap<string, ReadonlySet<string>> = namesByFormer();

function namesByFormer(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const kind of kindNames)
    for (const [name, { formerly }] of Object.entries(declarationOf(kind).fields))
      if (formerly !== null) found.set(formerly, (found.get(formerly) ?? new Set()).add(name));
  return found;
}

/** The fields that a word stands for, also as their former name; none where it is no field of any event. */
export const fieldsNamed = (word: string): readonly string[] =>
  fieldNames.has(word) ? [word] : [...(formerNames.get(word) ?? [])];

/** The value of a field; null where the event has none of that name. */
export function fieldOf({ recorded, verdict, virtBase }: Candidate, name: string): unknown {
  const { seq, op, event } = recorded;
  if (name === "seq") return seq;
  if (name === "op") return op < 0 ? null : op;
  if (name === "verdict") return verdict();
  if (name === "virt" && "virt" in event && event.virt != null)
    return wholeVirt(event.virt, virtBase);
  return (event as unknown as { readonly [name: string]: unknown })[name] ?? null;
}

/** Reads a condition; a UserError says at which character it goes wrong. */
export function conditionOf(text: string): Condition {
  const parser = new Parser(text);
  const node = parser.whole();
  const holds = (candidate: Candidate) => isTrue(node((name) => fieldOf(candidate, name) as Value));
  return { text, holds, demands: parser.demands };
}

const isNumber = (value: Value): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";
/** 5 and 5n are the same; a number and a word never are. */
const equal = (a: Value, b: Value): boolean =>
  a === b || (isNumber(a) && isNumber(b) && a <= b && a >= b);
const comparable = (a: Value, b: Value): boolean =>
  (isNumber(a) && isNumber(b)) || (typeof a === "string" && typeof b === "string");

const comparisons: { readonly [sign: string]: (a: Value, b: Value) => boolean } = {
  "==": equal,
  "!=": (a, b) => !equal(a, b),
  "<": (a, b) => comparable(a, b) && a! < b!,
  "<=": (a, b) => comparable(a, b) && a! <= b!,
  ">": (a, b) => comparable(a, b) && a! > b!,
  ">=": (a, b) => comparable(a, b) && a! >= b!,
};

const isTrue = (value: Value | boolean): boolean =>
  value !== null && value !== false && value !== 0 && value !== 0n;

const TOKEN = /\s*(==|!=|<=|>=|<|>|\(|\)|0x[\da-f]+|-?\d+|[a-z_][\w.-]*|'[^']*'|"[^"]*")/iy;

class Parser {
  readonly demands: Demand[] = [];
  readonly #text: string;
  readonly #tokens: { readonly word: string; readonly at: number }[] = [];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    let at = 0;
    for (;;) {
      TOKEN.lastIndex = at;
      const word = TOKEN.exec(text)?.[1];
      if (word === undefined) break;
      at = TOKEN.lastIndex;
      this.#tokens.push({ word, at: at - word.length });
    }
    const rest = text.slice(at).trimStart();
    if (rest !== "") throw this.#wrong(text.length - rest.length, "is not understood");
  }

  whole(): Node {
    const node = this.#or();
    const rest = this.#tokens[this.#next];
    if (rest === undefined) return node;
    throw this.#wrong(rest.at, "is not expected here");
  }

  #or(): Node {
    const demanded = this.demands.length;
    let node = this.#and();
    while (this.#take("or")) {
      const [left, right] = [node, this.#and()];
      node = (lookup) => isTrue(left(lookup)) || isTrue(right(lookup));
      this.demands.length = demanded;
    }
    return node;
  }

  #and(): Node {
    let node = this.#not();
    while (this.#take("and")) {
      const [left, right] = [node, this.#not()];
      node = (lookup) => isTrue(left(lookup)) && isTrue(right(lookup));
    }
    return node;
  }

  #not(): Node {
    if (!this.#take("not")) return this.#comparison();
    const demanded = this.demands.length;
    const node = this.#not();
    this.demands.length = demanded;
    return (lookup) => !isTrue(node(lookup));
  }

  #comparison(): Node {
    if (this.#take("(")) {
      const node = this.#or();
      if (!this.#take(")")) throw this.#wrong(this.#here, "stands where a ')' should");
      return node;
    }
    const field = this.#tokens[this.#next]?.word ?? "";
    const left = this.#operand(true);
    const sign = this.#tokens[this.#next]?.word ?? "";
    const compare = comparisons[sign];
    if (compare === undefined) return left;
    this.#next++;
    const isField = fieldNames.has(this.#tokens[this.#next]?.word ?? "");
    const right = this.#operand(false);
    if (fieldNames.has(field) && sign !== "!=") {
      const value = sign === "==" && !isField ? (right(() => null) as Value) : null;
      this.demands.push({ field, value });
    }
    return (lookup) => compare(left(lookup) as Value, right(lookup) as Value);
  }

  /** A field, a number or a word; at the left of a comparison a word must be a field. */
  #operand(isLeft: boolean): Node {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw this.#wrong(this.#text.length, "stands where a value should");
    const { word, at } = token;
    if (/^(0x|-?\d)/i.test(word)) {
      const number = Number(word);
      const exact = Number.isSafeInteger(number) ? number : BigInt(word);
      return () => exact;
    }
    if (/^['"]/.test(word)) return () => word.slice(1, -1);
    if (fieldNames.has(word)) return (lookup) => lookup(word);
    const present = fieldsNamed(word);
    if (present.length > 0)
      return (lookup) => present.map(lookup).find((value) => value !== null) ?? null;
    if (!/^\w/.test(word)) throw this.#wrong(at, "is not expected here");
    if (isLeft) {
      const near = nearest(word, [...fieldNames]);
      const hint = near === undefined ? "" : `, did you mean '${near}'`;
      throw this.#wrong(at, `is no field of any event${hint}`);
    }
    return () => word;
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#next]?.word !== word) return false;
    this.#next++;
    return true;
  }

  get #here(): number {
    return this.#tokens[this.#next]?.at ?? this.#text.length;
  }

  #wrong(at: number, why: string): UserError {
    const [rest] = /^\S*/.exec(this.#text.slice(at))!;
    const what = rest === "" ? "the end" : `'${rest}'`;
    const advice = rest.startsWith("=") ? "; equal is written ==" : "";
    return new UserError(`condition '${this.#text}', character ${at + 1}: ${what} ${why}${advice}`);
  }
}
