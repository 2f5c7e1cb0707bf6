// event-insert.ts - events on their way into the table: many to a statement, and only columns that are filled.
//
// A parameter costs some 40 ns even where it is null, and a row of `event` fills about half of its
// 16 columns. A block of rows therefore goes in through a statement that names the columns which some row of
// the block fills; SQLite gives the rest null, and `seq` as the next rowid. A column that is the same in all rows
// of a block, as `op` nearly always is, is one parameter. There are as many statements as there are kinds of
// blocks, a few dozen.

import type { Database, Statement } from "better-sqlite3";
import { sql } from "kysely";
import { columns as columnNames } from "../event/field.ts";
import { ROW_WIDTH, type Row } from "../event/row.ts";
import { build, prepare } from "./schema.ts";

/** Rows to a statement: 16 take 1.29 us each, 32 1.21, 64 1.17, 128 1.20 with all columns bound. */
const ROWS = 64;

/** SQLite counts it itself. */
const SEQ = 1 << columnNames.indexOf("seq");

interface Block {
  readonly statement: Statement<unknown[]>;
  /** Indices of the columns that it binds row by row. */
  readonly columns: readonly number[];
  /** Indices of those that it binds once. */
  readonly shared: readonly number[];
  /** One for each row and column; behind them the shared ones by name, if there are any. */
  readonly parameters: (number | null | { [column: string]: number })[];
}

export class EventInsert {
  /**
   * The rows of the block, each of full width; the next one is written at `end`. Fractions and no nulls, so
   * that V8 keeps bare doubles and need not make an object of each address.
   */
  readonly values: Row = Array<number>(ROWS * ROW_WIDTH).fill(0.5);
  end = 0;
  readonly #database: Database;
  readonly #blocks = new Map<number, Block>();
  /** Which columns each row fills, a bit each, and which some row of the block fills. */
  readonly #filled = new Int32Array(ROWS);
  #union = 0;
  /** Which columns every row of the block fills. */
  #common = -1;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes the row that was written at `end`; `filled` has a bit for each column it fills. */
  add(filled: number): void {
    this.#filled[this.end / ROW_WIDTH] = filled;
    this.#union |= filled;
    this.#common &= filled;
    this.end += ROW_WIDTH;
    if (this.end === this.values.length) this.flush();
  }

  /** How many rows wait. */
  get waiting(): number {
    return this.end / ROW_WIDTH;
  }

  /** Inserts the rows that wait, be the block full or not. */
  flush(): void {
    if (this.end > 0) this.#insert(this.end / ROW_WIDTH);
    this.end = 0;
    this.#union = 0;
    this.#common = -1;
  }

  /**
   * Hot: about 0.50 us a row of a full block (bench: record); 0.53 with a parameter in each row for what the block
   * shares, 0.71 where they are handed over as an array, out of which the library has V8 fetch one after the
   * other, and 1.1 with all columns bound as well.
   */
  #insert(rows: number): void {
    const { statement, columns, shared, parameters } = this.#block(rows, this.#same(rows));
    let next = 0;
    for (let row = 0; row < rows; row++) {
      const filled = this.#filled[row]!;
      for (const column of columns)
        parameters[next++] =
          (filled & (1 << column)) === 0 ? null : this.values[row * ROW_WIDTH + column]!;
    }
    if (shared.length > 0)
      parameters[next] = Object.fromEntries(
        shared.map((column) => [columnNames[column]!, this.values[column]!]),
      );
    statement.run(...parameters);
  }

  /** The columns, a bit each, in which all rows of the block say the same. */
  #same(rows: number): number {
    let same = 0;
    for (let rest = this.#common & ~SEQ; rest !== 0; rest &= rest - 1) {
      const column = 31 - Math.clz32(rest & -rest);
      const first = this.values[column];
      let row = 1;
      while (row < rows && this.values[row * ROW_WIDTH + column] === first) row++;
      if (row === rows) same |= 1 << column;
    }
    return same;
  }

  #block(rows: number, same: number): Block {
    const kind = this.#union * 2 ** ROW_WIDTH + same;
    const known = this.#blocks.get(kind);
    if (known !== undefined && rows === ROWS) return known;
    const isIn = (bits: number) => (i: number) => (bits & (1 << i)) !== 0;
    const all = columnNames.map((_, i) => i);
    const [columns, shared] = [
      all.filter(isIn(this.#union & ~SEQ & ~same)),
      all.filter(isIn(same)),
    ];
    const row = Object.fromEntries([
      ...columns.map((i) => [columnNames[i]!, 0]),
      ...shared.map((i) => [columnNames[i]!, sql.raw(`@${columnNames[i]!}`)]),
    ]) as { kind: number };
    const insert = build.insertInto("event").values(Array(rows).fill(row));
    const block = {
      statement: prepare(this.#database, insert),
      ...{ columns, shared },
      parameters: Array<number | null>(rows * columns.length).fill(null),
    };
    if (rows === ROWS) this.#blocks.set(kind, block);
    return block;
  }
}
