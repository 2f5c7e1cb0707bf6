// 0011-workload.ts - the eleventh format: what the workload asked for has a table of its own.
//
// Its text is as long as the trace, and whoever opened one read it with the row of `trace`.

import { type Kysely, type Migration, sql } from "kysely";

const statements = [
  `CREATE TABLE workload (
  one INTEGER PRIMARY KEY CHECK (one = 1), -- as in trace
  operations TEXT NOT NULL                 -- what it asks for as JSON; no row where that is not known
) STRICT`,
  "INSERT INTO workload SELECT one, operations FROM trace WHERE operations IS NOT NULL",
  "ALTER TABLE trace DROP COLUMN operations",
];

export const workload: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
