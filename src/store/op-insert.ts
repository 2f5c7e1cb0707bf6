// op-insert.ts - ops on their way into the table: one row each, written when the op has ended.
//
// An op that is still open when a batch is committed gets its row then, and its end later.

import type { Database, Statement } from "better-sqlite3";
import type { Facts } from "../event/field.ts";
import { MOST, OftenNumbers, STATE, shaped } from "./op-shape.ts";
import { build, prepare } from "./schema.ts";
import type { ShapeInsert } from "./shape-insert.ts";
import type { Shaped } from "./unshaper.ts";

/** States that are remembered: what goes and comes back is kept once. */
const RECENT = 64;

interface OpenOp {
  readonly first: number;
  readonly argsShape: number;
  readonly values: string | null;
}
/** The code of a shape and what goes into it. */
type Coded = readonly [code: number, values: string | null];

export class OpInsert {
  readonly #insert: Statement<unknown[]>;
  readonly #update: Statement<unknown[]>;
  readonly #shapes: ShapeInsert;
  readonly #state: Statement<unknown[]>;
  /** Ops that began and have no row yet. */
  readonly #open = new Map<number, OpenOp>();
  /** Those that have a row without an end. */
  readonly #firsts = new Map<number, number>();
  #states = 0;
  /** The codes of the states that came last, the latest at the end. */
  readonly #recent = new Map<string, number>();
  readonly #often = new OftenNumbers();

  constructor(database: Database, shapes: ShapeInsert) {
    this.#shapes = shapes;
    const row = {
      ...{ op: 0, asked: 0, asked_values: "", answered: 0, answered_values: "", state: 0 },
      ...{ first_seq: 0, further: 0, signature: 0n },
    };
    const { op: _, asked: _1, asked_values: _2, first_seq: _3, ...end } = row;
    this.#insert = prepare(database, build.insertInto("op").values(row));
    this.#update = prepare(database, build.updateTable("op").set(end).where("op", "=", 0));
    this.#state = prepare(
      database,
      build.insertInto("op_state").values({ code: 0, shape: 0, values: "" }),
    );
  }

  began(op: number, seq: number, name: string, args: string): void {
    const [argsShape, values] = this.#coded(name, shaped(args, MOST.asked, this.#often));
    this.#open.set(op, { first: seq, argsShape, values });
  }

  /** `text` is the JSON of the result, `state` that of the state in it. */
  ended(op: number, seq: number, text: string, state: string | null, signature: string): void {
    const [resultShape, values, stateCode] = this.#result(text, state);
    const signed = BigInt.asIntN(64, BigInt(`0x${signature}`));
    const open = this.#open.get(op);
    if (open === undefined) {
      const firstSeq = this.#firsts.get(op);
      // An end without a beginning ends nothing.
      if (firstSeq === undefined) return;
      this.#update.run(resultShape, values, stateCode, seq - firstSeq, signed, op);
      this.#firsts.delete(op);
      return;
    }
    this.#open.delete(op);
    const { first, argsShape, values: numbers } = open;
    this.#insert.run(
      op,
      argsShape,
      numbers,
      resultShape,
      values,
      stateCode,
      first,
      seq - first,
      signed,
    );
  }

  /** Gives a row to those that are still open. */
  flush(): void {
    for (const [op, { first, argsShape, values }] of this.#open) {
      this.#insert.run(op, argsShape, values, null, null, null, first, null, null);
      this.#firsts.set(op, first);
    }
    this.#open.clear();
  }

  /** A result with its state apart, which most ops leave as the op before did. */
  #result(
    text: string,
    state: string | null,
  ): [answered: number, values: string | null, state: number | null] {
    if (state !== null) {
      const at = text.lastIndexOf(state);
      const rest = shaped(text.slice(0, at) + STATE + text.slice(at + state.length), MOST.answered);
      // The view puts a state into shapes alone.
      if (rest.shape !== null) return [...this.#coded(null, rest), this.#stateCode(state)];
    }
    return [...this.#coded(null, shaped(text, MOST.answered)), null];
  }

  #stateCode(state: string): number {
    let code = this.#recent.get(state);
    if (code === undefined) {
      code = ++this.#states;
      this.#state.run(code, ...this.#coded(null, shaped(state, MOST.state)));
      if (this.#recent.size === RECENT) this.#recent.delete(this.#recent.keys().next().value!);
    } else this.#recent.delete(state);
    this.#recent.set(state, code);
    return code;
  }

  #coded(name: string | null, { shape, values }: Shaped): Coded {
    return [this.#shapes.code(name, shape), values];
  }
}

/** The JSON of the last object in a result, such as the front end's state; null where there is none. */
export function stateIn(result: Facts): string | null {
  let state: object | null = null;
  for (const value of Object.values(result))
    if (value !== null && typeof value === "object" && !Array.isArray(value)) state = value;
  return state === null ? null : JSON.stringify(state);
}
