// event-rows.ts - rows of the table `event` as they are in memory: a bus address keeps all of its 64 bits.
//
// SQLite's integers are signed, so one from 2^63 on is stored in two's complement; and the library gives numbers, which
// are not exact past 2^53. Hardly any trace has such a one: rows are read as numbers, and read again where one has.

import { type Database, SqliteError, type Statement } from "better-sqlite3";
import type { Compilable } from "kysely";
import type { Column } from "../event/field.ts";
import type { Row } from "../event/row.ts";
import { prepareList } from "./schema.ts";

/** A cell as SQLite has it. */
type Cell = number | bigint | null;

/** Columns of the table, as a query gives them. */
type Cells = { readonly [C in Column]: number | null };

export class EventRows {
  readonly #database: Database;
  readonly #statement: Statement<unknown[], Row>;
  /** The same rows as one text of JSON. */
  readonly #text: string;
  #texts: Statement<unknown[], string> | null = null;
  readonly #bus: number;

  /** `wanted` are the columns that the query selects, in this order. */
  constructor(database: Database, query: Compilable<Cells>, wanted: readonly Column[]) {
    this.#statement = prepareList(database, query, wanted);
    this.#database = database;
    this.#text = `SELECT json_group_array(json_array(${wanted.join()})) FROM (${query.compile().sql})`;
    this.#bus = wanted.indexOf("bus");
  }

  all(...values: readonly unknown[]): Row[] {
    const rows = this.#read(values);
    if (!this.#hasFar(rows)) return rows;
    return this.#exactly(() => this.#statement.all(...values)).map((row) => this.#plain(row));
  }

  get(...values: readonly unknown[]): Row | undefined {
    const row = this.#statement.get(...values);
    if (row === undefined || !this.#hasFar([row])) return row;
    return this.#plain(this.#exactly(() => this.#statement.get(...values))!);
  }

  /**
   * Hot: 0.8 us a row of all columns, since SQLite writes and V8 reads the numbers of many rows at once; the library,
   * which hands each cell over, takes 2.1 (bench: formats).
   */
  #read(values: readonly unknown[]): Row[] {
    try {
      this.#texts ??= this.#database.prepare<unknown[], string>(this.#text).pluck();
      return JSON.parse(this.#texts.get(...values)!);
    } catch (error) {
      // A damaged cell can be of what JSON cannot hold; whoever reads the row complains of it.
      if (!(error instanceof SqliteError || error instanceof SyntaxError)) throw error;
      return this.#statement.all(...values);
    }
  }

  /** Hot: once a row read, some 2 ns. */
  #hasFar(rows: readonly Row[]): boolean {
    if (this.#bus < 0) return false;
    for (const row of rows) {
      const cell = row[this.#bus];
      if (cell != null && !(cell >= 0 && cell <= Number.MAX_SAFE_INTEGER)) return true;
    }
    return false;
  }

  #exactly<T>(read: () => T): T {
    this.#statement.safeIntegers(true);
    try {
      return read();
    } finally {
      this.#statement.safeIntegers(false);
    }
  }

  /** The byte in a far page stands behind the columns (event/row.ts). */
  #plain(row: readonly Cell[]): Row {
    const plain: Row = row.map((cell) => (cell === null ? null : Number(cell)));
    const cell = row[this.#bus]!;
    const bus = cell === null ? 0n : BigInt.asUintN(64, BigInt(cell));
    if (bus > Number.MAX_SAFE_INTEGER) {
      const within = bus % 4096n;
      plain[this.#bus] = Number(bus - within);
      plain.push(Number(within));
    }
    return plain;
  }
}

/** A number as SQLite stores it: in two's complement from 2^63 on. */
export const stored = (number: number | bigint): number | bigint =>
  typeof number === "bigint" ? BigInt.asIntN(64, number) : number;
