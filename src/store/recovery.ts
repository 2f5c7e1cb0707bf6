// recovery.ts - what a killed writer left beside a trace: a journal to roll back, or a log to fold in.

import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Database, SqliteError } from "better-sqlite3";
import { openSqlite } from "./sqlite.ts";

/** The file beside a trace without which it is not whole; null where there is none. */
export function leftBeside(path: string): string | null {
  if (isHot(`${path}-journal`)) return `${path}-journal`;
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return log !== undefined && log.size > 0 ? `${path}-wal` : null;
}

/** Until SQLite writes into the trace, the first byte of its journal is 0, and nothing is to be rolled back. */
function isHot(journal: string): boolean {
  const left = statSync(journal, { throwIfNoEntry: false });
  if (!left?.isFile() || left.size === 0) return false;
  // Whether somebody may read it is told when the trace is opened.
  if (!isAllowed(journal, constants.R_OK)) return true;
  return byteAt(journal, 0) > 0;
}

/** The log that a torn trace was written with and that is not beside it; null for one whose log is there or folded in. */
export const lostLog = (path: string): string | null =>
  leftBeside(path) === null && byteAt(path, READ_VERSION) === WAL ? `${path}-wal` : null;

/** Where the header of a file says how it is to be read (SQLite's file format, 1.3.3), and what it says with a log. */
const [READ_VERSION, WAL] = [19, 2];

/** A byte of a file; -1 behind its end. */
function byteAt(path: string, at: number): number {
  const file = openSync(path, "r");
  try {
    const byte = Buffer.alloc(1);
    return readSync(file, byte, { position: at }) === 1 ? byte[0]! : -1;
  } finally {
    closeSync(file);
  }
}

export function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    // Why not is no matter: it is asked for before something else is tried.
    return false;
  }
}

/**
 * Brings a trace that was being changed when its writer was killed to what it was before the change or is after it,
 * where file and folder can be written. Leaves a trace alone that somebody else has open.
 */
export function recover(path: string): void {
  if (leftBeside(path) === null) return;
  if (!isAllowed(path, constants.W_OK) || !isAllowed(dirname(resolve(path)), constants.W_OK))
    return;
  let database: Database | undefined;
  try {
    database = openSqlite(path, { fileMustExist: true, timeout: 0 });
    // Of two commands that do this at once none opens the log then: the last to close it would remove it, and leave a
    // header that says that there is one.
    database.pragma("locking_mode = EXCLUSIVE");
    foldIn(database);
  } catch (error) {
    // Opening it for reading comes next, and says what is wrong.
    if (!(error instanceof SqliteError)) throw error;
  } finally {
    database?.close();
  }
}

/** Rolls back a journal, folds in a log, and leaves one plain file; throws SQLITE_BUSY where others have it open. */
export const foldIn = (database: Database): void => {
  database.pragma("journal_mode = DELETE");
};
