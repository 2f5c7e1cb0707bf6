// event-insert.ts - events on their way into the table: a transaction's rows as a small database, which SQLite copies.
//
// To bind a row's numbers costs more than all else that SQLite does with it, so they are laid out as pages of a
// table (event-pages.ts). INSERT ... SELECT between two tables that are made alike copies their cells.
// The database that has these pages is a file without a name: it is gone when the process is.

import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { type Database, SqliteError, type Statement } from "better-sqlite3";
import type { Cells } from "../event/row.ts";
import { assert } from "../fault.ts";
import { EventPages, PAGE } from "./event-pages.ts";
import { unusedName } from "./output-file.ts";

/** Where the header of a database has how often it changed (twice) and its pages. */
const [CHANGES, PAGES, VALID_FOR] = [24, 28, 92] as const;
const HEADER = 100;

export class EventInsert {
  readonly #pages = new EventPages();
  readonly #file: number;
  #isOpen = true;
  readonly #header = Buffer.alloc(HEADER);
  readonly #copy: Statement<unknown[]>;

  /** `path` is the trace's, beside which there is room for some hundred pages. */
  constructor(database: Database, path: string) {
    const name = unusedName(resolve(path), "rows");
    this.#file = asSqliteError(() => openSync(name, "wx+"));
    try {
      database.prepare("ATTACH ? AS waiting").run(name);
      // Nobody reads it after a crash.
      database.exec("PRAGMA waiting.journal_mode = OFF; PRAGMA waiting.synchronous = OFF");
      database.exec(`PRAGMA waiting.page_size = ${PAGE}; ${likeEvent(database)}`);
    } finally {
      asSqliteError(() => rmSync(name, { force: true }));
    }
    asSqliteError(() => readSync(this.#file, this.#header, 0, HEADER, 0));
    this.#copy = database.prepare("INSERT INTO main.event SELECT * FROM waiting.event");
  }

  /** Takes rows, the first being event `seq` and at `first`; `filled` has for each row a bit for each column it fills. */
  add(seq: number, values: Cells, filled: Int32Array, first: number, rows: number): void {
    this.#pages.add(seq, values, filled, first, rows);
  }

  /**
   * Inserts what was taken; once a transaction, which has read nothing before that could be of any database: within
   * one SQLite sees these pages as it saw them first.
   */
  flush(): void {
    const { rows } = this.#pages;
    if (rows === 0) return;
    const pages = this.#pages.take();
    const header = this.#header;
    const version = header.readUInt32BE(CHANGES) + 1;
    header.writeUInt32BE(version, CHANGES);
    header.writeUInt32BE(version, VALID_FOR);
    header.writeUInt32BE(1 + pages.length / PAGE, PAGES);
    this.#write(header, 0);
    this.#write(pages, PAGE);
    const { changes } = this.#copy.run();
    assert(changes === rows, () => `${changes} of ${rows} rows were copied`);
  }

  /** Lets go of its file, when nothing more will be inserted. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    asSqliteError(() => closeSync(this.#file));
  }

  /** A disk that is nearly full takes a part, and refuses the rest. */
  #write(bytes: Buffer, position: number): void {
    for (let done = 0; done < bytes.length; )
      done += asSqliteError(() =>
        writeSync(this.#file, bytes, done, bytes.length - done, position + done),
      );
  }
}

/** The statement that makes a table like the trace's own, letter by letter, in the other database. */
function likeEvent(database: Database): string {
  const statement = database
    .prepare<[], string>("SELECT sql FROM main.sqlite_schema WHERE name = 'event'")
    .pluck()
    .get()!;
  return statement.replace(/^CREATE TABLE /, "CREATE TABLE waiting.");
}

/** Does it; what the operating system refuses is told as SQLite tells it of its own files. */
function asSqliteError<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SqliteError(message, code === "ENOSPC" ? "SQLITE_FULL" : "SQLITE_IOERR");
  }
}
