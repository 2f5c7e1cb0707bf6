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
  const file = openSync(journal, "r");
  try {
    const first = Buffer.alloc(1);
    return readSync(file, first) === 1 && first[0] !== 0;
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
