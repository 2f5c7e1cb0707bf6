// shape-formats.test.ts - a file of any format has the tables and views of that format, and what else it has is told.

import Sqlite, { type Database } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { migrations } from "../../migrations/index.ts";
import { migrate } from "../../src/store/create.ts";
import { wrongView } from "../../src/store/judgement.ts";
import { dropStrangers, strangersIn } from "../../src/store/shape.ts";

const FORMATS = Object.keys(migrations).map((_, i) => i + 1);

async function fileOf(format: number, sql = ""): Promise<Database> {
  const database = new Sqlite(":memory:");
  database.exec("BEGIN");
  await migrate(database, format);
  database.exec("COMMIT");
  database.unsafeMode(true).exec(sql);
  return database;
}
const told = async (format: number, sql: string) => strangersIn(await fileOf(format, sql));

describe("a file of each format", () => {
  test.each(FORMATS)("%i has nothing of its own, judged or not", async (format) => {
    expect(await told(format, "")).toEqual([]);
    if (format >= 5) expect(await told(format, wrongView)).toEqual([]);
  });

  test.each(FORMATS)("%i lacks no table", async (format) => {
    const gone = "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'mark'";
    await expect(told(format, gone)).rejects.toThrow("table mark: there is none");
  });

  test.each(FORMATS)("%i has no table of another shape", async (format) => {
    const other = "ALTER TABLE mark ADD COLUMN color TEXT";
    await expect(told(format, other)).rejects.toThrow(
      "table mark: it is none that a gartrace made",
    );
    const view = "DROP TABLE mark; CREATE VIEW mark AS SELECT 1";
    await expect(told(format, view)).rejects.toThrow("table mark: it is none that a gartrace made");
  });
});

describe("what no gartrace made is told by its type and name:", () => {
  test.each([
    ["a view 'own'", 10, "CREATE VIEW own AS SELECT 1"],
    ["a view 'wrong'", 10, "CREATE VIEW wrong AS SELECT 1"],
    ["a trigger 'own'", 10, "CREATE TRIGGER own AFTER INSERT ON mark BEGIN SELECT 1; END"],
    ["a table 'own'", 10, "CREATE TABLE own (a)"],
    ["a table 'kysely_migrations'", 10, "CREATE TABLE kysely_migrations (a)"],
    ["a table 'my_kysely_migration'", 10, "CREATE TABLE my_kysely_migration (a)"],
    ["an index 'event_change'", 9, "CREATE INDEX event_change ON event(subject)"],
    ["an index 'event_changes'", 8, "CREATE INDEX event_changes ON event(subject)"],
    ["an index 'my_event_change'", 8, "CREATE INDEX my_event_change ON event(subject)"],
  ])("%s, in format %i", async (what, format, sql) => {
    const own = (await told(format, sql)).filter((stranger) => !stranger.startsWith("no view"));
    expect(own).toEqual([`${what} of its own`]);
  });

  test("a view of ours that is another is of its own; one that is gone is missing", async () => {
    const other = "DROP VIEW events; CREATE VIEW events AS SELECT seq FROM event";
    expect(await told(10, other)).toEqual(["a view 'events' of its own"]);
    expect(await told(10, "DROP VIEW events; DROP VIEW ops")).toEqual([
      ...["no view 'events'", "no view 'ops'"],
    ]);
    expect(await told(6, "DROP VIEW events")).toEqual(["no view 'events'"]);
  });

  test.each([
    ["the indexes of a format before the ninth", 8, "CREATE INDEX event_change ON event(subject)"],
    ["an index of attributes", 4, "CREATE INDEX event_attribute_wide ON event(phys)"],
    [
      "the tables of the older migrator",
      7,
      "CREATE TABLE kysely_migration (a); CREATE TABLE kysely_migration_lock (a)",
    ],
    ["what ANALYZE makes", 10, "ANALYZE"],
    ["the index behind a UNIQUE column", 10, ""],
  ])("but %s are not told", async (_, format, sql) => {
    const indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    const database = await fileOf(format);
    // Those that the format has already go first, so that one of the name can be made.
    for (const name of database.prepare<[], string>(indexes).pluck().all())
      database.exec(`DROP INDEX "${name}"`);
    database.exec(sql);
    expect(strangersIn(database)).toEqual([]);
  });
});

test("what no gartrace made is removed, and nothing else is", async () => {
  const database = await fileOf(
    10,
    'CREATE VIEW own AS SELECT 1; CREATE TABLE "quo""ted" (a); CREATE INDEX own_index ON event(kind); ' +
      "CREATE TRIGGER own_trigger AFTER INSERT ON mark BEGIN SELECT 1; END; " +
      "CREATE VIRTUAL TABLE searched USING fts5(a); INSERT INTO mark (seq, text) VALUES (1, 'a')",
  );
  expect(strangersIn(database).length).toBeGreaterThan(5);
  dropStrangers(database);
  expect(strangersIn(database)).toEqual([]);
  expect(database.prepare("SELECT text FROM mark").pluck().all()).toEqual(["a"]);
});
