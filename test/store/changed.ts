// changed.ts - changes a trace's file by SQL as a gartrace would that meant it so: its checksums are those of what it holds.

import Sqlite from "better-sqlite3";
import { seal, sealedTables } from "../../src/store/checksums.ts";

export function changeAndSeal(path: string, sql: string): void {
  const database = new Sqlite(path);
  try {
    // No test outlives a loss of power.
    database.pragma("synchronous = OFF");
    database.exec(sql);
    seal(database, sealedTables(database));
  } finally {
    database.close();
  }
}
