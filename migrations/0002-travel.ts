// 0002-travel.ts - the second format: keyframes that build on each other, marks with words, and forks.

import { type Kysely, type Migration, sql } from "kysely";

const statements = [
  // The first format had the table and nothing that filled it.
  "DROP TABLE keyframe",
  `CREATE TABLE keyframe (
  seq INTEGER PRIMARY KEY, -- the moment
  base INTEGER NOT NULL,   -- the whole keyframe that it builds on, by way of those between; itself if whole
  kinds INTEGER NOT NULL,  -- a bit for each kind of event since the keyframe before
  actors INTEGER NOT NULL, -- a bit for each actor
  astray INTEGER NOT NULL, -- whether some number did not lead, or was not seen to lead, where it should
  data BLOB NOT NULL       -- the state, or what of it changed (src/store/keyframe-bytes.ts)
) STRICT`,
  "ALTER TABLE trace ADD COLUMN keyframes TEXT", // the form of their data; null where there are none
  "ALTER TABLE trace ADD COLUMN parent TEXT", // of a fork: digest or path of the trace it left
  "ALTER TABLE trace ADD COLUMN parent_seq INTEGER", // and the moment at which it did
  "ALTER TABLE mark RENAME TO old_mark",
  `CREATE TABLE mark (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,    -- the moment
  name TEXT UNIQUE,        -- null for a mark without one
  text TEXT NOT NULL
) STRICT`,
  "INSERT INTO mark (seq, name, text) SELECT seq, name, coalesce(text, '') FROM old_mark ORDER BY seq",
  "DROP TABLE old_mark",
];

export const travel: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
