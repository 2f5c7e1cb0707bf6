// event-insert.ts - events on their way into the table: many to a statement, and only columns that are filled.
//
// A parameter costs some 40 ns even where it is null, and a row of `event` fills about half of its
// 16 columns. A block of rows therefore goes in through a statement that names the columns which some row of
// the block fills; SQLite gives the rest null, and `seq` as the next rowid. There are as many statements as
// there are kinds of blocks, a few dozen.

import type { Database, Statement } from "better-sqlite3";
import { columns } from "../event/field.ts";
import { ROW_WIDTH, type Row } from "../event/row.ts";
import { build, prepare } from "./schema.ts";

/** Rows to a statement: 16 take 1.29 us each, 32 1.21, 64 1.17, 128 1.20 with all columns bound. */
const ROWS = 64;

interface Block {
  readonly statement: Statement<unknown[]>;
  /** Indices of the columns that it binds. */
  readonly columns: readonly number[];
  readonly parameters: (number | null)[];
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

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes the row that was written at `end`; `filled` has a bit for each column it fills. */
  add(filled: number): void {
    this.#filled[this.end / ROW_WIDTH] = filled;
    this.#union |= filled;
    this.end += ROW_WIDTH;
    if (this.end === this.values.length) this.flush();
  }

  /** Inserts the rows that wait, be the block full or not. */
  flush(): void {
    if (this.end > 0) this.#insert(this.end / ROW_WIDTH);
    this.end = 0;
    this.#union = 0;
  }

  /**
   * Hot: about 0.53 us a row of a full block (bench: record); 0.71 where the parameters are handed over as an
   * array, out of which the library has V8 fetch one after the other, and 1.1 with all columns bound as well.
   */
  #insert(rows: number): void {
    const { statement, columns, parameters } = this.#block(rows, this.#union);
    let next = 0;
    for (let row = 0; row < rows; row++) {
      const filled = this.#filled[row]!;
      for (const column of columns)
        parameters[next++] =
          (filled & (1 << column)) === 0 ? null : this.values[row * ROW_WIDTH + column]!;
    }
    statement.run(...parameters);
  }

  #block(rows: number, filled: number): Block {
    const known = this.#blocks.get(filled);
    if (known !== undefined && rows === ROWS) return known;
    // Bit 0 is seq, which SQLite counts itself.
    const bound = columns.map((_, i) => i).filter((i) => i > 0 && (filled & (1 << i)) !== 0);
    const row = Object.fromEntries(bound.map((i) => [columns[i]!, 0])) as { kind: number };
    const insert = build.insertInto("event").values(Array(rows).fill(row));
    const block = {
      statement: prepare(this.#database, insert),
      columns: bound,
      parameters: Array<number | null>(rows * bound.length).fill(null),
    };
    if (rows === ROWS) this.#blocks.set(filled, block);
    return block;
  }
}
