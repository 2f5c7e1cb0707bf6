// ops.ts - the ops of a trace, in order; what came of one is read when somebody asks for it.

import type { Database, Statement } from "better-sqlite3";
import type { Facts } from "../event/field.ts";
import { presentArguments } from "../event/op.ts";
import type { OpRow } from "../event/trace.ts";
import { build, prepareList, prepareValue } from "./schema.ts";

/** Ops taken at once. */
const CHUNK = 256;

// The values stand for parameters.
const columns = ["op", "name", "arguments", "first_seq", "last_seq", "signature"] as const;
const opsAfter = build.selectFrom("op").select(columns).where("op", ">", 0).orderBy("op").limit(0);
const oneOp = opsAfter.clearWhere().clearOrderBy().clearLimit().where("op", "=", 0);
const oneResult = build.selectFrom("op").select("result").where("op", "=", 0);
const lastOp = build.selectFrom("op").select(({ fn }) => fn.max("op").as("last"));
type Fields = [
  op: number,
  name: string,
  arguments: string,
  first: number,
  last: number | null,
  signature: string | null,
];

export class OpReader {
  readonly #database: Database;
  readonly #after: Statement<unknown[], Fields>;
  readonly #result: Statement<unknown[], string | null>;

  constructor(database: Database) {
    this.#database = database;
    this.#after = prepareList(database, opsAfter, columns);
    this.#result = prepareValue(database, oneResult);
  }

  *all(): Generator<OpRow> {
    for (let after = -1; ; ) {
      const rows = this.#after.all(after, CHUNK);
      for (const fields of rows) yield this.#rowOf(fields);
      if (rows.length < CHUNK) return;
      after = rows.at(-1)![0];
    }
  }

  one(op: number): OpRow | undefined {
    const fields = prepareList(this.#database, oneOp, columns).get(op);
    return fields && this.#rowOf(fields);
  }

  /** The number of the last op; -1 where there is none. */
  get last(): number {
    return prepareValue(this.#database, lastOp).get() ?? -1;
  }

  #rowOf(fields: Fields): OpRow {
    return new StoredOp(fields, this.#result);
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
  readonly #read: Statement<unknown[], string | null>;
  #result: Facts | null | undefined;

  /** `read` gives the result's text by the op's number. */
  constructor(
    [op, name, asked, first, last, signature]: Fields,
    read: Statement<unknown[], string | null>,
  ) {
    this.op = op;
    this.name = name;
    this.arguments = presentArguments(name, JSON.parse(asked));
    this.first = first;
    this.last = last;
    this.signature = signature;
    this.#read = read;
  }

  /** It can be a list of thousands of pages, and most who go through the ops do not look at it. */
  get result(): Facts | null {
    if (this.#result === undefined) {
      const text = this.#read.get(this.op) ?? null;
      this.#result = text === null ? null : (JSON.parse(text) as Facts);
    }
    return this.#result;
  }
}
