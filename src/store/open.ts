// open.ts - opens a trace file for reading, or says why it is none that can be read.

import { statSync } from "node:fs";
import { type Database, SqliteError } from "better-sqlite3";
import { UserError } from "../fault.ts";
import { APPLICATION_ID, FORMAT, formatOf } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";

export function openFile(path: string): Database {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) throw new UserError(`no such file: ${path}`, "ERR_NO_FILE");
  if (file.isDirectory()) throw new UserError(`${path} is a folder, not a trace`, "ERR_NO_TRACE");
  // SQLite takes an empty file for an empty database.
  if (file.size === 0) throw new UserError(`${path} is empty, not a trace`, "ERR_NO_TRACE");
  let database: Database | undefined;
  try {
    database = openSqlite(path, { readonly: true, fileMustExist: true });
    checkMarks(path, database);
    return database;
  } catch (error) {
    database?.close();
    throw readTrouble(path, error);
  }
}

function checkMarks(path: string, database: Database): void {
  if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID)
    throw new UserError(`${path} is an SQLite file, but not a trace`, "ERR_NO_TRACE");
  const format = formatOf(database);
  if (format > FORMAT)
    throw new UserError(
      `${path} was written by a newer gartrace (format ${format}, ` +
        `this one reads up to ${FORMAT}); update gartrace`,
      "ERR_NEWER",
    );
}

/** SQLite's refusal in the middle of reading, as the user meets it; any other error stays what it is. */
export const readingTrouble = (paths: readonly string[], error: unknown): unknown =>
  error instanceof SqliteError
    ? new UserError(
        `cannot read ${paths.join(" or ")} (${error.message}): the file is damaged; record it again`,
        "ERR_DAMAGED",
      )
    : error;

/** SQLite's refusal as the user meets it; any other error stays what it is. */
function readTrouble(path: string, error: unknown): unknown {
  if (!(error instanceof SqliteError)) return error;
  if (error.code === "SQLITE_NOTADB")
    return new UserError(`${path} is not a trace: it is no SQLite file`, "ERR_NO_TRACE");
  if (error.code.startsWith("SQLITE_CORRUPT"))
    return new UserError(`${path} is damaged (${error.message}); record it again`, "ERR_DAMAGED");
  // SQLite reads a write-ahead log by way of an index of it, FILE-shm, which it has to make.
  if (error.code.startsWith("SQLITE_CANTOPEN") || error.code.startsWith("SQLITE_READONLY"))
    return new UserError(
      `${path} cannot be opened: no permission to read it, or its recording was cut off and its ` +
        `folder is read-only; copy it, with ${path}-wal where there is one, to a folder of yours`,
      "ERR_NO_FILE",
    );
  return error;
}
