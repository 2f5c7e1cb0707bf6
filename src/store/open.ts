// open.ts - opens a trace file for reading, or says why it is none that can be read.

import { constants, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Database, SqliteError } from "better-sqlite3";
import { UserError } from "../fault.ts";
import { VERSION } from "../version.ts";
import { isAllowed, leftBeside, recover } from "./recovery.ts";
import { APPLICATION_ID, FORMAT, formatOf } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";

export function openFile(path: string): Database {
  assertFile(path);
  recover(path);
  let database: Database | undefined;
  try {
    database = openSqlite(path, { readonly: true, fileMustExist: true });
    // What a file's schema calls must not be what a query did not.
    database.pragma("trusted_schema = OFF");
    checkMarks(path, database);
    return database;
  } catch (error) {
    database?.close();
    throw readTrouble(path, error);
  }
}

function assertFile(path: string): void {
  const file = statsOf(path);
  if (file === undefined) throw new UserError(`no such file: ${path}`, "ERR_NO_FILE");
  if (file.isDirectory()) throw new UserError(`${path} is a folder, not a trace`, "ERR_NO_TRACE");
  if (!file.isFile())
    throw new UserError(`${path} is no file but a pipe or device, not a trace`, "ERR_NO_TRACE");
  if (!isAllowed(path, constants.R_OK))
    throw new UserError(`no permission to read ${path}`, "ERR_NO_FILE");
  // SQLite takes an empty file for an empty database.
  if (file.size === 0 && leftBeside(path) === null)
    throw new UserError(`${path} is empty, not a trace`, "ERR_NO_TRACE");
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function checkMarks(path: string, database: Database): void {
  if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID)
    throw new UserError(`${path} is an SQLite file, but not a trace`, "ERR_NO_TRACE");
  const format = formatOf(database);
  if (format > FORMAT)
    throw new UserError(
      `${path} was written by ${writerOf(database)} (format ${format}); this is gartrace ${VERSION}, ` +
        `which reads up to format ${FORMAT}: update gartrace`,
      "ERR_NEWER",
    );
}

/** "gartrace 0.4.0"; another format may say it elsewhere. */
function writerOf(database: Database): string {
  try {
    const version = database.prepare("SELECT gartrace FROM trace").pluck().get();
    if (typeof version === "string") return `gartrace ${version}`;
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
  }
  return "a newer gartrace";
}

/** SQLite's refusal in the middle of reading, as the user meets it; any other error stays what it is. */
export function readingTrouble(paths: readonly string[], error: unknown): unknown {
  if (!(error instanceof SqliteError)) return error;
  const which = paths.join(" or ");
  if (error.code.startsWith("SQLITE_IOERR"))
    return new UserError(`the disk refuses to read ${which} (${error.code})`);
  if (error.code.startsWith("SQLITE_BUSY"))
    return new UserError(`${which} is being written by someone else; try again when that is done`);
  return new UserError(
    `cannot read ${which} (${error.message}): the file is damaged or was changed; ` +
      "'gartrace verify --repair' keeps what can be read, or record it again",
    "ERR_DAMAGED",
  );
}

/** SQLite's refusal to open a file. */
function readTrouble(path: string, error: unknown): unknown {
  if (!(error instanceof SqliteError)) return error;
  if (error.code === "SQLITE_NOTADB")
    return new UserError(`${path} is not a trace: it is no SQLite file`, "ERR_NO_TRACE");
  if (!error.code.startsWith("SQLITE_CANTOPEN") && !error.code.startsWith("SQLITE_READONLY"))
    return readingTrouble([path], error);
  const left = leftBeside(path);
  const folder = dirname(resolve(path));
  if (left !== null)
    return new UserError(
      `${path} is whole only together with ${left}, which a writer that was cut off left, and ` +
        `${folder} cannot be written to bring them together: copy both to a folder of yours`,
      "ERR_NO_FILE",
    );
  // SQLite reads a file with a log by way of an index of it, FILE-shm, which it has to make.
  return new UserError(
    `${path} cannot be opened: its recording was cut off, and ${folder} is read-only; copy it, with ` +
      `${path}-wal where there is one, to a folder of yours`,
    "ERR_NO_FILE",
  );
}
