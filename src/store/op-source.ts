// op-source.ts - the ops of a trace file of any format, their texts as they were.

import type { Database, Statement } from "better-sqlite3";
import { damaged } from "../fault.ts";
import { STATE } from "./op-shape.ts";
import { columnsOf, formatOf, TODAYS_RULES } from "./schema.ts";
import { Unshaper } from "./unshaper.ts";

/** An op without its result, which can be long. */
export interface OpFields {
  readonly op: number;
  readonly name: string;
  readonly arguments: string;
  readonly first: number;
  readonly last: number | null;
  readonly signature: string | null;
}
type List = [
  ...[op: number, name: string, shape: string | null, values: string | null],
  ...[first: number, last: number | null, signature: string | null],
];
type ResultList = [
  ...[shape: string | null, values: string | null, ended: number],
  ...[stateShape: string | null, stateValues: string | null],
];

// Older formats have the texts themselves where later ones have values of no shape.
const columns = (coded: boolean, signed: boolean): string =>
  coded
    ? `o.op, a.name, a.text, o.asked_values, o.first_seq, o.first_seq + o.further,
       iif(typeof(o.signature) = 'integer', printf('%016x', o.signature), o.signature)
       FROM op o JOIN shape a ON a.code = o.asked`
    : "o.op, o.name, NULL, o.arguments, o.first_seq, o.last_seq, " +
      `${signed ? "o.signature" : "NULL"} FROM op o`;
const result = (coded: boolean): string =>
  coded
    ? `r.text, o.answered_values, o.answered IS NOT NULL, t.text, s."values" FROM op o
       LEFT JOIN shape r ON r.code = o.answered LEFT JOIN op_state s ON s.code = o.state
       LEFT JOIN shape t ON t.code = s.shape WHERE o.op = ?`
    : "NULL, o.result, o.result IS NOT NULL, NULL, NULL FROM op o WHERE o.op = ?";

export class OpSource {
  readonly #after: Statement<unknown[], List>;
  readonly #one: Statement<unknown[], List>;
  readonly #some: Statement<unknown[], List>;
  readonly #result: Statement<unknown[], ResultList>;
  readonly #last: Statement<unknown[], number | null>;
  readonly #texts = new Unshaper();

  constructor(database: Database) {
    // They are kept as codes since the seventh format.
    const coded = columnsOf(database, "op").includes("asked");
    const signed = formatOf(database) >= TODAYS_RULES;
    const select = (rest: string) =>
      database.prepare<unknown[], List>(`SELECT ${columns(coded, signed)} ${rest}`).raw();
    this.#after = select("WHERE o.op > ? ORDER BY o.op LIMIT ?");
    this.#one = select("WHERE o.op = ?");
    this.#some = select("WHERE o.op IN (SELECT value FROM json_each(?))");
    this.#result = database.prepare<unknown[], ResultList>(`SELECT ${result(coded)}`).raw();
    this.#last = database.prepare<unknown[], number | null>("SELECT max(op) FROM op").pluck();
  }

  /** The number of the last op; -1 where there is none. */
  get last(): number {
    return this.#last.get() ?? -1;
  }

  /** Those behind an op, in order, so many at most. */
  after(op: number, most: number): OpFields[] {
    return this.#after.all(op, most).map((list) => this.#fieldsOf(list));
  }

  one(op: number): OpFields | undefined {
    const list = this.#one.get(op);
    return list && this.#fieldsOf(list);
  }

  /** Those of these numbers. */
  some(ops: readonly number[]): OpFields[] {
    return this.#some.all(JSON.stringify(ops)).map((list) => this.#fieldsOf(list));
  }

  /** The JSON of its result; null where the trace holds no end of it. */
  result(op: number): string | null {
    const list = this.#result.get(op);
    if (list === undefined) return null;
    const [shape, values, ended, stateShape, stateValues] = list;
    if (ended === 0) return null;
    const text = this.#texts.text(shape, values);
    if (shape === null || !text.includes(STATE)) return text;
    return text.replace(STATE, () => this.#texts.text(stateShape, stateValues));
  }

  #fieldsOf([op, name, shape, values, first, last, signature]: List): OpFields {
    // The shape of a result has no name.
    if (typeof name !== "string") throw damaged(`op:${op}`, "it has no name");
    return { op, name, arguments: this.#texts.text(shape, values), first, last, signature };
  }
}
