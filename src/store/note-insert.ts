// note-insert.ts - notes on their way into the table: many to a statement, which costs as much as some of them.
//
// Words whose shape comes for the first time are kept as they are: most lines of a log come once.

import type { Database, Statement } from "better-sqlite3";
import { noteShaped } from "./note-shape.ts";
import { build, prepare } from "./schema.ts";
import type { ShapeInsert } from "./shape-insert.ts";

/** Notes to a statement. */
const MANY = 32;
/** Shapes that notes can have, and those that came once and are remembered. */
const MOST_SHAPES = 4096;

/** The notes of some events, each at the place of its seq: thousands of objects would take longer from thread to thread. */
export interface Notes {
  readonly seqs: number[];
  readonly texts: string[];
}
type Fields = [seq: number, shape: number | null, values: string | bigint | null];

export class NoteInsert {
  readonly #one: Statement<unknown[]>;
  readonly #many: Statement<unknown[]>;
  readonly #shapes: ShapeInsert;
  readonly #codes = new Map<string, number>();
  readonly #once = new Set<string>();

  constructor(database: Database, shapes: ShapeInsert) {
    this.#shapes = shapes;
    const note = { seq: 0, shape: 0, values: "" };
    this.#one = prepare(database, build.insertInto("note").values(note));
    const many = Array.from({ length: MANY }, () => note);
    this.#many = prepare(database, build.insertInto("note").values(many));
  }

  add({ seqs, texts }: Notes): void {
    let values: Fields[number][] = [];
    for (const [i, seq] of seqs.entries()) {
      values.push(...this.#fieldsOf(seq, texts[i]!));
      if (values.length < FIELDS * MANY) continue;
      this.#many.run(values);
      values = [];
    }
    for (let at = 0; at < values.length; at += FIELDS) this.#one.run(values.slice(at, at + FIELDS));
  }

  #fieldsOf(seq: number, text: string): Fields {
    const { shape, values } = noteShaped(text);
    const code = shape === null ? null : this.#code(shape);
    if (code === null) return [seq, null, text];
    // One number alone is kept as such.
    return [seq, code, values === null || values.includes(",") ? values : BigInt(values)];
  }

  /** Null for a shape that did not come before, as far as is known. */
  #code(shape: string): number | null {
    const known = this.#codes.get(shape);
    if (known !== undefined) return known;
    if (this.#codes.size === MOST_SHAPES) return null;
    if (!this.#once.delete(shape)) {
      if (this.#once.size === MOST_SHAPES) this.#once.clear();
      this.#once.add(shape);
      return null;
    }
    const code = this.#shapes.code(null, shape);
    this.#codes.set(shape, code);
    return code;
  }
}
const FIELDS = 3;
