// event-insert.ts - events on their way into the table: many to a statement, and only columns that are filled.
//
// A parameter costs some 40 ns even where it is null, and a row of `event` fills about half of its
// 16 columns. A block of rows therefore goes in through a statement that names the columns which some row of
// the block fills; SQLite gives the rest null, and `seq` as the next rowid. A column that is the same in all rows
// of a block, as `op` nearly always is, is one parameter. There are as many statements as there are kinds of
// blocks, a few dozen.

import type { Database, Statement } from "better-sqlite3";
import { sql } from "kysely";
import { at, columns as columnNames } from "../event/field.ts";
import { busIn, type Cells, ROW_WIDTH, WITHIN } from "../event/row.ts";
import { stored } from "./event-rows.ts";
import { build, prepare } from "./schema.ts";

/** Rows to a statement: 16 take 1.29 us each, 32 1.21, 64 1.17, 128 1.20 with all columns bound. */
export const ROWS = 64;

/** SQLite counts it itself. */
const SEQ = 1 << at.seq;
const BUS = 1 << at.bus;
/** Set where a bus address is none that a number holds. */
const FAR = 1 << WITHIN;

interface Block {
  readonly statement: Statement<unknown[]>;
  /** Indices of the columns that it binds row by row. */
  readonly columns: readonly number[];
  /** Indices of those that it binds once. */
  readonly shared: readonly number[];
  /** One for each row and column; behind them the shared ones by name, if there are any. */
  readonly parameters: (number | bigint | null | { [column: string]: number })[];
}

export class EventInsert {
  readonly #database: Database;
  readonly #blocks = new Map<number, Block>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Inserts a block of rows, from one on; `filled` has for each row a bit for each column that it fills.
   * Hot: about 0.50 us a row of a full block (bench: record); 0.53 with a parameter in each row for what the block
   * shares, 0.71 where they are handed over as an array, out of which the library has V8 fetch one after the
   * other, and 1.1 with all columns bound as well.
   */
  add(values: Cells, filled: Int32Array, first: number, rows: number): void {
    /** Which columns some row of the block fills, and which every row fills. */
    let [union, common] = [0, -1];
    for (let row = first; row < first + rows; row++) {
      union |= filled[row]!;
      common &= filled[row]!;
    }
    const isFar = (union & FAR) !== 0;
    const same = sameIn(values, first, rows, isFar ? common & ~BUS & ~FAR : common);
    const { statement, columns, shared, parameters } = this.#block(rows, union, same);
    let next = 0;
    for (let row = first; row < first + rows; row++) {
      const fills = filled[row]!;
      for (const column of columns)
        parameters[next++] =
          (fills & (1 << column)) === 0 ? null : values[row * ROW_WIDTH + column]!;
    }
    const bus = columns.indexOf(at.bus);
    for (let row = 0; isFar && row < rows; row++)
      if ((filled[first + row]! & FAR) !== 0)
        parameters[row * columns.length + bus] = stored(busIn(values, (first + row) * ROW_WIDTH)!);
    if (shared.length > 0)
      parameters[next] = Object.fromEntries(
        shared.map((column) => [columnNames[column]!, values[first * ROW_WIDTH + column]!]),
      );
    statement.run(...parameters);
  }

  #block(rows: number, union: number, same: number): Block {
    const kind = union * 2 ** ROW_WIDTH + same;
    const known = this.#blocks.get(kind);
    if (known !== undefined && rows === ROWS) return known;
    const isIn = (bits: number) => (i: number) => (bits & (1 << i)) !== 0;
    const all = columnNames.map((_, i) => i);
    const [columns, shared] = [all.filter(isIn(union & ~SEQ & ~same)), all.filter(isIn(same))];
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

/** The columns, a bit each, of those that all rows of a block fill, in which they say the same. */
function sameIn(values: Cells, first: number, rows: number, common: number): number {
  let same = 0;
  for (let rest = common & ~SEQ; rest !== 0; rest &= rest - 1) {
    const column = 31 - Math.clz32(rest & -rest);
    const value = values[first * ROW_WIDTH + column];
    let row = first + 1;
    while (row < first + rows && values[row * ROW_WIDTH + column] === value) row++;
    if (row === first + rows) same |= 1 << column;
  }
  return same;
}
