// query.ts - SQL over a trace, read-only: what somebody asks, and the public view for exports.

import { type Database, SqliteError } from "better-sqlite3";
import { UserError } from "../fault.ts";

/** A value as SQLite has it; whole numbers are exact up to 64 bits. */
export type Cell = bigint | number | string | Uint8Array | null;

/** The rows that a statement gives. */
export interface QueryAnswer {
  /** Their names, in order. */
  readonly columns: readonly string[];
  /** One at a time: an answer may be larger than memory. */
  readonly rows: Iterable<readonly Cell[]>;
}

/** Runs one statement that only reads; throws a UserError where SQLite refuses it, or it gives no rows. */
export function ask(database: Database, sql: string): QueryAnswer {
  const statement = complaining(() => database.prepare<[], readonly Cell[]>(sql));
  if (!statement.reader)
    throw new UserError("this SQL gives no rows; a trace is only read: SELECT");
  statement.raw().safeIntegers();
  return { columns: statement.columns().map(({ name }) => name), rows: rowsOf(statement) };
}

function* rowsOf(statement: { iterate(): IterableIterator<readonly Cell[]> }) {
  const rows = complaining(() => statement.iterate());
  try {
    for (;;) {
      const next = complaining(() => rows.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Who takes the first rows alone leaves the database free for the next question.
    rows.return?.();
  }
}

/** SQLite and its driver complain of the SQL in words that the one who wrote it understands. */
function complaining<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    // The driver wants exactly one statement, and no parameters.
    const own = error instanceof RangeError || error instanceof TypeError;
    const theirs = error instanceof SqliteError && !error.code.startsWith("SQLITE_CORRUPT");
    if (theirs && error.message === "no such table: wrong")
      throw new UserError(
        "SQL: this trace has no view 'wrong', for this version has not judged it; 'gartrace index' does",
      );
    if ((error as NodeJS.ErrnoException).code === "ERR_STRING_TOO_LONG")
      throw new UserError("SQL: a value is too long to be read; take a part of it by substr()");
    if (own || theirs) throw new UserError(`SQL: ${error.message}`);
    throw error;
  }
}
