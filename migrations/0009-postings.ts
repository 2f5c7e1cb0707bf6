// 0009-postings.ts - the ninth format: the index of changes as lists of event numbers, made while recording.
//
// SQLite's own indexes, made at the end, took a third of the time to the finished trace and five bytes an event.

import { type Kysely, type Migration, sql } from "kysely";

const statements = [
  ...["subject", "change", "wide", "attribute", "attribute_wide"].map(
    (index) => `DROP INDEX IF EXISTS event_${index}`,
  ),
  `CREATE TABLE posting (
  segment INTEGER NOT NULL, -- of 262,144 events; the first one is 0
  list INTEGER NOT NULL,    -- which events of its subject (src/store/postings.ts)
  subject INTEGER NOT NULL,
  seqs BLOB NOT NULL,       -- each event's distance from the one before, as varints; the first one's from the segment's start
  PRIMARY KEY (segment, list, subject)
) STRICT, WITHOUT ROWID`,
  "ALTER TABLE trace ADD COLUMN indexed INTEGER", // events that have their postings
];

export const postings: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
