// 0003-sources.ts - what an imported trace was made from, and what became of every line of it.

import { type Kysely, type Migration, sql } from "kysely";

const tables = [
  `CREATE TABLE source (
  code INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  lines INTEGER NOT NULL
) STRICT`,
  `CREATE TABLE tally (
  source INTEGER NOT NULL, -- code in source
  name TEXT NOT NULL,      -- of an event, as the source calls it
  read INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  lost INTEGER NOT NULL,   -- what the source says it could not record
  why TEXT,                -- why the first of the skipped was
  PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE line (
  seq INTEGER PRIMARY KEY, -- the event that was made of it
  path TEXT NOT NULL,
  number INTEGER NOT NULL, -- in its file, from 1
  text TEXT NOT NULL
) STRICT`,
];

export const sources: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of tables) await sql.raw(statement).execute(db);
  },
};
