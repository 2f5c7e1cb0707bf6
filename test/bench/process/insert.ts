// insert.ts - a process of its own in which SQLite takes the rows of a trace, from a loop and from the trace.

import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { columns } from "../../../src/event/field.ts";
import { report } from "../process.ts";

/** Seconds. */
export interface Inserting {
  /** A bare loop that inserts the same prebuilt rows through the same library. */
  readonly loop: number;
  /** SQLite's own INSERT ... SELECT of the same rows. */
  readonly select: number;
}

const [, , from, folder] = process.argv as [string, string, string, string];
const seconds = (since: number): number => (performance.now() - since) / 1000;

/** Rows to a statement and events to a transaction, as the store does it. */
const ROWS = 64;
const BATCH = 16384;

function timeLoop(path: string): number {
  const source = new Database(from, { readonly: true });
  const rows = source
    .prepare(`SELECT ${columns.join(", ")} FROM event ORDER BY seq`)
    .raw()
    .all() as number[][];
  const blocks = Array.from({ length: Math.floor(rows.length / ROWS) }, (_, i) =>
    rows.slice(i * ROWS, (i + 1) * ROWS).flat(),
  );
  const rest = rows.slice(blocks.length * ROWS);
  const target = emptyLike(path, source);
  source.close();
  const row = `(${Array(columns.length).fill("?").join(", ")})`;
  const many = target.prepare(`INSERT INTO event VALUES ${Array(ROWS).fill(row).join(", ")}`);
  const one = target.prepare(`INSERT INTO event VALUES ${row}`);
  const since = performance.now();
  target.exec("BEGIN");
  blocks.forEach((block, i) => {
    many.run(block);
    if ((i + 1) % (BATCH / ROWS) === 0) target.exec("COMMIT; BEGIN");
  });
  for (const values of rest) one.run(values);
  target.exec("COMMIT");
  const took = seconds(since);
  target.close();
  return took;
}

function timeSelect(path: string): number {
  const source = new Database(from, { readonly: true });
  const target = emptyLike(path, source);
  source.close();
  target.prepare("ATTACH ? AS source").run(from);
  const since = performance.now();
  target.exec("INSERT INTO event SELECT * FROM source.event");
  const took = seconds(since);
  target.close();
  return took;
}

/** A database with the trace's own table `event`; page size and checkpoints are left as SQLite has them. */
function emptyLike(path: string, trace: Database.Database): Database.Database {
  const { sql } = trace.prepare("SELECT sql FROM sqlite_schema WHERE name = 'event'").get() as {
    sql: string;
  };
  rmSync(path, { force: true });
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  database.exec(sql);
  return database;
}

const [looped, selected] = [join(folder, "loop.sqlite"), join(folder, "select.sqlite")];
// The first time warms up.
timeLoop(looped);
report<Inserting>({ loop: timeLoop(looped), select: timeSelect(selected) });
