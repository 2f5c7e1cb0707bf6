// soundness.ts - is a trace's file as gartrace wrote it? All that the digest of its events does not say.

import type { Database } from "better-sqlite3";
import { type KindName, kindsWhere } from "../event/vocabulary.ts";
import { changedKeyframe, checksummed, hasChecksums, holds, sealedTables } from "./checksums.ts";

/** Complaints of SQLite that are told. */
const MOST = 5;

const noted = kindsWhere(({ fields }) =>
  Object.values(fields).some((field) => field.in === "note"),
);

/** What is wrong with the file, in words; nothing where all holds. `kinds` by their codes in the trace. */
export function* troublesOf(
  database: Database,
  { kinds, count, torn }: { kinds: readonly string[]; count: number; torn: boolean },
): Generator<string> {
  yield* pagesTrouble(database);
  const events = numberOf(database, "SELECT count(*) FROM event");
  if (events !== count) yield `it holds ${events} events, and the last one is #${count}`;
  const codes = noted.map((kind: KindName) => kinds.indexOf(kind)).filter((code) => code >= 0);
  const strayNotes = numberOf(
    database,
    "SELECT count(*) FROM note n LEFT JOIN event e ON e.seq = n.seq " +
      `WHERE e.kind IS NULL OR e.kind NOT IN (${codes.join(", ")})`,
  );
  if (strayNotes > 0) yield `it holds ${strayNotes} texts that belong to no event`;
  yield* checksumTroubles(database, torn);
}

function* checksumTroubles(database: Database, torn: boolean): Generator<string> {
  if (!hasChecksums(database)) return;
  const [tables, sealed] = [sealedTables(database), checksummed(database)];
  for (const table of sealed)
    if (!tables.includes(table)) yield `it has a checksum of '${table}', which is no table of it`;
  for (const table of tables) {
    const isWhole = holds(database, table);
    if (isWhole === false) yield `table ${table} is not as it was written`;
    if (isWhole === null && !torn) yield `table ${table} has no checksum`;
  }
  const keyframe = changedKeyframe(database);
  if (keyframe !== null) yield `the keyframe at #${keyframe} is not as it was written`;
}

/** Whether every page is sound, and every index agrees with its table. */
function* pagesTrouble(database: Database): Generator<string> {
  const complaints = database.prepare<[], string>(`PRAGMA integrity_check(${MOST})`).pluck().all();
  for (const complaint of complaints)
    if (complaint !== "ok") for (const line of complaint.split("\n")) yield `SQLite: ${line}`;
}

const numberOf = (database: Database, sql: string): number =>
  database.prepare<[], number>(sql).pluck().get()!;
