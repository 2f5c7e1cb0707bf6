// pack.ts - a small finished trace without the air between its tables.
//
// Large pages are fastest while recording, and each table has one of its own at least: half a megabyte for some
// forty tables, however few the events are. Its keyframes are small beside those tables, and read at once.

import { type Database, SqliteError } from "better-sqlite3";
import { deflateKeyframes } from "./deflated.ts";

/** Pages of a packed file: some thirty of them are no burden, and more than a dozen rows of events fill one. */
const PAGE = 1024;
/** Bytes that a trace may take: so many for each event, and for its tables. */
const PER_EVENT = 60;
const TABLES = 65536;
/** In a longer trace the tables do not count. */
const LONG = 100_000;

/** Makes a finished file of few events smaller, as a whole or not at all. */
export function pack(database: Database, events: number): void {
  const pages = Number(database.pragma("page_count", { simple: true }));
  const bytes = pages * Number(database.pragma("page_size", { simple: true }));
  if (events >= LONG || bytes <= PER_EVENT * events + TABLES) return;
  try {
    database.pragma("temp_store = MEMORY");
    database.pragma(`page_size = ${PAGE}`);
    deflateKeyframes(database);
    database.exec("VACUUM");
  } catch (error) {
    // The file is whole as it is: where there is no room for a second one, or somebody reads it, it stays large.
    const stays = ["SQLITE_FULL", "SQLITE_BUSY", "SQLITE_LOCKED"];
    if (!(error instanceof SqliteError && stays.includes(error.code))) throw error;
  }
}
