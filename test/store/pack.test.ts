// pack.test.ts - a short trace gets small pages where that is worth it; a long one, or one that others read, stays as it is.

import { statSync } from "node:fs";
import Sqlite, { type Database } from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { pack } from "../../src/store/pack.ts";
import { freshPath } from "./sample.ts";

/** The table of keyframes, with one of zeroes. */
const KEYFRAME =
  "CREATE TABLE keyframe (seq, base, kinds, actors, astray, data, checksum, inflated); " +
  "INSERT INTO keyframe VALUES (7, 7, 3, 1, 0, zeroblob(3000), 0, NULL)";

/** A file of so many nearly empty tables on large pages. */
function fileOf(tables: number): { path: string; database: Database } {
  const path = freshPath();
  const database = new Sqlite(path);
  onTestFinished(() => {
    database.close();
  });
  database.pragma("page_size = 16384");
  // No test outlives a loss of power.
  database.pragma("synchronous = OFF");
  database.exec(KEYFRAME);
  for (let i = 1; i < tables; i++)
    database.exec(`CREATE TABLE t${i} (a); INSERT INTO t${i} VALUES (${i})`);
  return { path, database };
}
const pageOf = (database: Database): unknown => database.pragma("page_size", { simple: true });

test("a file that takes more than 60 bytes an event and 64 KB is made smaller, and holds the same", () => {
  const { path, database } = fileOf(40);
  const before = statSync(path).size;
  pack(database, 10);
  expect(statSync(path).size).toBeLessThan(before / 10);
  expect(database.prepare("SELECT inflated FROM keyframe").pluck().get()).toBe(3000);
  expect(pageOf(database)).toBe(1024);
  expect(database.prepare("SELECT a FROM t39").pluck().get()).toBe(39);
});

test("a file that takes no more stays, to the byte that its events allow", () => {
  const { database } = fileOf(9);
  const bytes = 10 * 16384;
  const enough = Math.ceil((bytes - 65536) / 60);
  pack(database, enough);
  expect(pageOf(database)).toBe(16384);
  pack(database, enough - 1);
  expect(pageOf(database)).toBe(1024);
});

test("a long trace stays, whatever its tables take", () => {
  const { database } = fileOf(400);
  pack(database, 100_000);
  expect(pageOf(database)).toBe(16384);
  pack(database, 99_999);
  expect(pageOf(database)).toBe(1024);
});

test("a file that somebody reads stays as it is and whole", () => {
  const { path, database } = fileOf(40);
  const reader = new Sqlite(path, { readonly: true });
  onTestFinished(() => {
    reader.close();
  });
  database.pragma("busy_timeout = 0");
  reader.exec("BEGIN");
  reader.prepare("SELECT a FROM t1").get();
  pack(database, 10);
  expect(pageOf(database)).toBe(16384);
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
});

test("what is no matter of room or of readers is told", () => {
  const { database } = fileOf(40);
  database.exec("BEGIN");
  expect(() => pack(database, 10)).toThrow("cannot VACUUM from within a transaction");
});
