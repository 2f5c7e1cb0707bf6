// indexes.ts - the indexes of a finished trace, by which the past of a subject is looked up.
//
// They have the events that change a subject. Those that only observe it would double the indexes; a search for
// these reads the events. An op names the events that begin and end it itself.

import type { Database } from "better-sqlite3";
import { type KindName, kindsWhere } from "../event/vocabulary.ts";

/** Kinds that have a subject and leave it as it is. */
const observers = kindsWhere(({ effect }) => effect === "observes");

/** Kinds whose subject is an op. */
const ofOps: readonly KindName[] = ["op.began", "op.ended"];

const codesOf = (names: readonly KindName[], kinds: readonly string[]): number[] =>
  names.map((name) => kinds.indexOf(name)).filter((code) => code >= 0);

/**
 * In SQL, for a trace's own codes: the event is in the index of subjects. A query must say so in these words.
 * Where ops are kept as codes, since the seventh format, the index goes without their events.
 */
export function indexedSql(kinds: readonly string[], codedOps: boolean): string {
  const without = codedOps ? [...observers, ...ofOps] : observers;
  return `subject IS NOT NULL AND kind NOT IN (${codesOf(without, kinds).join(", ")})`;
}

/** Whether all events of these kinds are there. */
export const areIndexed = (wanted: readonly KindName[]): boolean =>
  !wanted.some((kind) => observers.includes(kind));

const indexes = (kinds: readonly string[]): readonly (readonly [name: string, on: string])[] => {
  const attribute = `kind = ${kinds.indexOf("attribute.changed")}`;
  const indexed = indexedSql(kinds, true);
  return [
    ["event_change", `event(subject, seq) WHERE ${indexed}`],
    // Events whose subject is only the first of several pages.
    ["event_wide", `event(subject, seq) WHERE ${indexed} AND size > 4096`],
    // Events about pages that have no subject.
    ["event_attribute", `event(phys, seq) WHERE ${attribute}`],
    ["event_attribute_wide", `event(phys, seq) WHERE ${attribute} AND size > 4096`],
  ];
};

/** Makes those that are missing; `kinds` by their codes in the trace. */
export function makeIndexes(database: Database, kinds: readonly string[]): void {
  // What the first format had in place of the first of these.
  database.exec("DROP INDEX IF EXISTS event_subject");
  for (const [name, on] of indexes(kinds))
    database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${on}`);
}

/** Makes all of them, be they there or not: an index can disagree with its table. */
export function remakeIndexes(database: Database, kinds: readonly string[]): void {
  for (const [name] of indexes(kinds)) database.exec(`DROP INDEX IF EXISTS ${name}`);
  makeIndexes(database, kinds);
}

/** Whether all of them are there, as they are made here. */
export const hasIndexes = (database: Database, kinds: readonly string[]): boolean => {
  const made = new Map(
    database
      .prepare<[], [string, string]>(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
      )
      .raw()
      .all(),
  );
  return indexes(kinds).every(([name, on]) => made.get(name) === `CREATE INDEX ${name} ON ${on}`);
};
