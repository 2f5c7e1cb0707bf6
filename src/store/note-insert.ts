// note-insert.ts - notes on their way into the table: many to a statement, which costs as much as some of them.

import type { Database, Statement } from "better-sqlite3";
import { build, prepare } from "./schema.ts";

/** Notes to a statement. */
const MANY = 32;

/** The notes of some events, each at the place of its seq: thousands of objects would take longer from thread to thread. */
export interface Notes {
  readonly seqs: number[];
  readonly texts: string[];
}

export class NoteInsert {
  readonly #one: Statement<unknown[]>;
  readonly #many: Statement<unknown[]>;

  constructor(database: Database) {
    const note = { seq: 0, text: "" };
    this.#one = prepare(database, build.insertInto("note").values(note));
    const many = Array.from({ length: MANY }, () => note);
    this.#many = prepare(database, build.insertInto("note").values(many));
  }

  add({ seqs, texts }: Notes): void {
    let values: (number | string)[] = [];
    for (const [i, seq] of seqs.entries()) {
      values.push(seq, texts[i]!);
      if (values.length < 2 * MANY) continue;
      this.#many.run(values);
      values = [];
    }
    for (let at = 0; at < values.length; at += 2) this.#one.run(values[at], values[at + 1]);
  }
}
