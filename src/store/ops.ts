// ops.ts - the ops of a trace, in order; what came of one is read when somebody asks for it.

import type { Facts } from "../event/field.ts";
import { parseFacts } from "../event/json.ts";
import { presentArguments } from "../event/op.ts";
import type { OpRow } from "../event/trace.ts";
import { damaged } from "../fault.ts";
import type { OpFields, OpSource } from "./op-source.ts";

/** Ops taken at once. */
const CHUNK = 256;

export class OpReader {
  readonly #source: OpSource;
  readonly #count: number;

  /** `count`: how many events the trace has. */
  constructor(source: OpSource, count: number) {
    this.#source = source;
    this.#count = count;
  }

  /** Those from a number on that the file has: numbers of a changed one can leave any gap. */
  *all(from = 0): Generator<OpRow> {
    for (let after = from - 1; ; ) {
      const some = this.#source.after(after, CHUNK);
      for (const fields of some) yield this.#rowOf(fields);
      if (some.length < CHUNK) return;
      after = some.at(-1)!.op;
    }
  }

  one(op: number): OpRow | undefined {
    const fields = this.#source.one(op);
    return fields && this.#rowOf(fields);
  }

  get last(): number {
    return this.#source.last;
  }

  #rowOf(fields: OpFields): OpRow {
    const { op } = fields;
    if (!isOp(fields, this.#count))
      throw damaged(`op:${op}`, `it does not go from one event to another one of ${this.#count}`);
    return new StoredOp(fields, this.#source);
  }
}

/** One op; a class, for V8 makes a shape of its own for each object literal that has a getter. */
class StoredOp implements OpRow {
  readonly op: number;
  readonly name: string;
  readonly arguments: Facts;
  readonly first: number;
  readonly last: number | null;
  readonly signature: string | null;
  readonly #source: OpSource;
  #result: Facts | null | undefined;

  constructor({ op, name, arguments: asked, first, last, signature }: OpFields, source: OpSource) {
    this.op = op;
    this.name = name;
    this.arguments = presentArguments(name, factsOf(op, "arguments", asked));
    this.first = first;
    this.last = last;
    this.signature = signature;
    this.#source = source;
  }

  /** It can be a list of thousands of pages, and most who go through the ops do not look at it. */
  get result(): Facts | null {
    if (this.#result === undefined) {
      const text = this.#source.result(this.op);
      this.#result = text === null ? null : factsOf(this.op, "result", text);
    }
    return this.#result;
  }
}

const isOp = ({ op, first, last }: OpFields, count: number): boolean =>
  Number.isSafeInteger(op) &&
  Number.isSafeInteger(first) &&
  first > 0 &&
  first <= count &&
  (last === null || (Number.isSafeInteger(last) && last > first && last <= count));

function factsOf(op: number, column: string, text: string): Facts {
  try {
    return parseFacts(text) as Facts;
  } catch (error) {
    throw damaged(`op:${op}, column ${column}`, (error as Error).message);
  }
}
