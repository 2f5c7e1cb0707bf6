// indexes.ts - the indexes of a finished trace, by which the past of a thing is looked up.

import type { Database } from "better-sqlite3";

const indexes: readonly (readonly [name: string, on: string])[] = [
  ["event_subject", "event(subject, seq) WHERE subject IS NOT NULL"],
  // Events whose subject is only the first of several pages.
  ["event_wide", "event(subject, seq) WHERE subject IS NOT NULL AND size > 4096"],
];

export function makeIndexes(database: Database): void {
  for (const [name, on] of indexes) database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${on}`);
}

/** Whether all of them are there. */
export const hasIndexes = (database: Database): boolean => {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'index'")
    .pluck()
    .all() as string[];
  return indexes.every(([name]) => names.includes(name));
};
