// 0008-checksums.ts - the eighth format: keyframes and the tables beside the events have checksums.
//
// The header's user_version alone says which format a file has; the migrator's own tables said it a second time.

import { type Kysely, type Migration, sql } from "kysely";

const statements = [
  `CREATE TABLE checksum (
  part TEXT PRIMARY KEY,   -- the table that it is of
  rows INTEGER NOT NULL,
  sha256 TEXT NOT NULL     -- of its rows (src/store/checksums.ts)
) STRICT, WITHOUT ROWID`,
  "ALTER TABLE keyframe ADD COLUMN checksum INTEGER", // of its other columns
  "DROP TABLE IF EXISTS kysely_migration",
  "DROP TABLE IF EXISTS kysely_migration_lock",
];

export const checksums: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
