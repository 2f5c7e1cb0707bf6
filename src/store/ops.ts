// ops.ts - the ops of a trace, in order; what came of one is read when somebody asks for it.

import type { Facts } from "../event/field.ts";
import { presentArguments } from "../event/op.ts";
import type { OpRow } from "../event/trace.ts";
import type { OpFields, OpSource } from "./op-source.ts";

/** Ops taken at once. */
const CHUNK = 256;

export class OpReader {
  readonly #source: OpSource;

  constructor(source: OpSource) {
    this.#source = source;
  }

  *all(): Generator<OpRow> {
    for (let after = -1; ; ) {
      const some = this.#source.after(after, CHUNK);
      for (const fields of some) yield new StoredOp(fields, this.#source);
      if (some.length < CHUNK) return;
      after = some.at(-1)!.op;
    }
  }

  one(op: number): OpRow | undefined {
    const fields = this.#source.one(op);
    return fields && new StoredOp(fields, this.#source);
  }

  get last(): number {
    return this.#source.last;
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
    this.arguments = presentArguments(name, JSON.parse(asked));
    this.first = first;
    this.last = last;
    this.signature = signature;
    this.#source = source;
  }

  /** It can be a list of thousands of pages, and most who go through the ops do not look at it. */
  get result(): Facts | null {
    if (this.#result === undefined) {
      const text = this.#source.result(this.op);
      this.#result = text === null ? null : (JSON.parse(text) as Facts);
    }
    return this.#result;
  }
}
