// shape.ts - the tables and views that each format of a trace has, and what a file has beside or instead of them.
//
// A file can hold views, triggers and indexes of its own, or a table of another shape under one of our names. Tables
// must be as gartrace made them; views and triggers of the file's own are never run, and nothing is asked by its
// indexes, which can leave rows out.

import { createHash } from "node:crypto";
import type { Database } from "better-sqlite3";
import { damaged } from "../fault.ts";
import { formatOf } from "./schema.ts";
import { shapes } from "./shapes.ts";

interface SchemaEntry {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

const VIEWS: readonly string[] = ["events", "ops", "wrong"];
/** Those that every trace of a format that has them holds; `wrong` is made with the first judgement. */
const ALWAYS: readonly string[] = ["events", "ops"];
/** Views of before a change of the first format's, which was made before traces of it were handed out. */
const EARLIER: readonly string[] = ["82f17e609227f9d2"];
/** Of SQLite's own tables those that it makes unasked, or for ANALYZE; its indexes have no text. */
const OF_SQLITE = ["sqlite_sequence", "sqlite_stat1", "sqlite_stat4"];
/** Indexes of the formats before the ninth, whose statements name the kinds' codes. */
const INDEX = /^event_(subject|change|wide|attribute|attribute_wide)$/;
const INDEXED_BEFORE = 9;
/** Of the older program's migrations, which kept count of them in two tables of the file. */
const MIGRATOR = /^kysely_migration(_lock)?$/;

/** What stands in a file that gartrace did not make: "a trigger 'bad'". A table of another shape is refused. */
export function strangersIn(database: Database): readonly string[] {
  const { wanted, made, strange } = strangers(database);
  for (const name of Object.keys(wanted)) {
    if (VIEWS.includes(name)) continue;
    const table = made.find((one) => one.name === name);
    if (table === undefined) throw damaged(`table ${name}`, "there is none");
    if (table.type !== "table" || printOf(table.sql) !== wanted[name])
      throw damaged(`table ${name}`, "it is none that a gartrace made");
  }
  const missing = ALWAYS.filter(
    (view) => view in wanted && !made.some(({ name }) => name === view),
  );
  return [
    ...strange.map(
      ({ type, name }) => `${type === "index" ? "an" : "a"} ${type} '${name}' of its own`,
    ),
    ...missing.map((view) => `no view '${view}'`),
  ];
}

function strangers(database: Database) {
  const format = formatOf(database);
  const wanted = shapes[format] ?? {};
  const made = database
    .prepare<[], SchemaEntry>("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    .all()
    .filter(({ type, name }) => type !== "table" || !OF_SQLITE.includes(name));
  const strange = made.filter(({ type, name, sql }) => {
    if (type === "index") return format >= INDEXED_BEFORE || !INDEX.test(name);
    if (type === "table") return !(name in wanted || MIGRATOR.test(name));
    return type !== "view" || !(printOf(sql) === wanted[name] || EARLIER.includes(printOf(sql)));
  });
  return { wanted, made, strange };
}

/** Removes what no gartrace made; a view may then be missing. */
export function dropStrangers(database: Database): void {
  // A virtual table takes the tables behind it along.
  const isVirtual = ({ sql }: SchemaEntry) => /^create\s+virtual/i.test(sql);
  const { strange } = strangers(database);
  for (const { type, name } of strange.toSorted((a, b) => +isVirtual(b) - +isVirtual(a)))
    database.exec(`DROP ${type} IF EXISTS "${name.replaceAll('"', '""')}"`);
}

/** The fingerprint of a statement that makes a table or view. */
export const printOf = (sql: string): string =>
  createHash("sha256").update(sql).digest("hex").slice(0, 16);
