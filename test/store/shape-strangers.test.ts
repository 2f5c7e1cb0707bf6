// shape-strangers.test.ts - views, triggers, indexes and tables that a file has of its own are told, and never used or run.

import { copyFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { beforeAll, expect, test } from "vitest";
import { indexTrace, repairTrace } from "../../src/library/index-trace.ts";
import { recordTo, scenarioSetup } from "../../src/library/recording.ts";
import { TraceReader } from "../../src/store/read.ts";
import { addMark } from "../../src/store/update.ts";
import { freshPath } from "./sample.ts";

const sound = freshPath("sound.gart");
beforeAll(async () => {
  await recordTo(sound, scenarioSetup("stale-gart-tlb", false), false);
});

const DELETES = "BEGIN DELETE FROM event WHERE seq > 5; END";
/** A name that SQLite keeps for itself, which a file can have all the same. */
const underItsName = (type: string, sql: string) =>
  `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('${type}', 'sqlite_own', 'mark', 0, '${sql}')`;

const own: readonly (readonly [what: string, sql: string])[] = [
  ["a trigger 'own'", `CREATE TRIGGER own AFTER INSERT ON mark ${DELETES}`],
  [
    "a trigger 'sqlite_own'",
    underItsName("trigger", `CREATE TRIGGER sqlite_own AFTER INSERT ON mark ${DELETES}`),
  ],
  ["a trigger 'own'", "CREATE TRIGGER own INSTEAD OF DELETE ON events BEGIN SELECT 1; END"],
  ["a view 'own'", "CREATE VIEW own AS SELECT load_extension('x')"],
  ["a view 'events'", "DROP VIEW events; CREATE VIEW events AS SELECT seq, 1 AS kind FROM event"],
  ["no view 'events'", "DROP VIEW events"],
  ["an index 'own'", "CREATE INDEX own ON event(kind)"],
  ["an index 'own'", "CREATE UNIQUE INDEX own ON mark(text)"],
  ["an index 'event_change'", "CREATE INDEX event_change ON event(subject, seq)"],
  ["a table 'own'", "CREATE TABLE own (a)"],
  ["a table 'own'", "CREATE VIRTUAL TABLE own USING fts5(a)"],
];

function changed(sql: string): string {
  const path = freshPath();
  copyFileSync(sound, path);
  const database = new Sqlite(path);
  database.unsafeMode(true).exec(sql);
  database.close();
  return path;
}

const troublesOf = (path: string): string[] => {
  const trace = TraceReader.open(path);
  try {
    return [...trace.troubles()];
  } finally {
    trace.close();
  }
};
const countOf = (path: string): number => {
  const trace = TraceReader.open(path);
  try {
    return [...trace.events()].length;
  } finally {
    trace.close();
  }
};

test.each(own)("%s is told: %s", async (what, sql) => {
  const path = changed(sql);
  expect(troublesOf(path)[0]).toContain(`it has ${what}`);
  const before = countOf(path);
  await expect(addMark(path, { moment: 3, name: "m", text: "words" })).rejects.toThrow(what);
  await expect(indexTrace(path)).rejects.toThrow(what);
  expect(countOf(path)).toBe(before);
});

test.each(own)("%s is gone from a trace that is mended: %s", async (_, sql) => {
  const path = changed(sql);
  await repairTrace(path);
  expect(troublesOf(path)).toEqual([]);
  expect(countOf(path)).toBe(countOf(sound));
});

test("tables that ANALYZE makes are no strangers", () => {
  expect(troublesOf(changed("ANALYZE"))).toEqual([]);
});
