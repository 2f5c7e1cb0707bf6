// checksums.test.ts - a table that is not as it was when it was sealed is told, whatever of it is another.

import { createHash } from "node:crypto";
import Sqlite, { type Database } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import {
  changedKeyframe,
  checksummed,
  hasChecksums,
  holds,
  keyframeSum,
  seal,
  sealedTables,
  sealKeyframes,
} from "../../src/store/checksums.ts";
import { emptyFile } from "./sample.ts";

/** A table of two columns that take anything, beside that of the checksums. */
function tableOf(rows: readonly (readonly unknown[])[]): Database {
  const database = new Sqlite(":memory:");
  database.exec("CREATE TABLE checksum (part, rows, sha256); CREATE TABLE t (a, b)");
  const insert = database.prepare("INSERT INTO t VALUES (?, ?)");
  for (const row of rows) insert.run(...row);
  return database;
}

const sumOf = (rows: readonly (readonly unknown[])[]) => {
  const database = tableOf(rows);
  seal(database, ["t"]);
  return database.prepare("SELECT * FROM checksum").get();
};

describe("a table's checksum", () => {
  test("is that of its values, each behind its type", () => {
    const rows = [
      [7n, "it's"],
      [0.5, null],
      [Buffer.of(0xab, 1), ""],
    ];
    const text = "number0.5;objectnull;i7;t4:it'sbab01;t0:";
    const sha256 = createHash("sha256").update(text).digest("hex");
    expect(sumOf(rows)).toEqual({ part: "t", rows: 3, sha256 });
  });

  test("is that of all its rows, however many", () => {
    const rows = Array.from({ length: 9 }, (_, i) => [BigInt(i), "x".repeat(20_000)]);
    const text = rows.map(([i, word]) => `i${i};t20000:${word}`).join("");
    const sha256 = createHash("sha256").update(text).digest("hex");
    expect(sumOf(rows)).toEqual({ part: "t", rows: 9, sha256 });
  });

  test("is the same in whatever order the rows were put in", () => {
    const rows = [
      [1, 5],
      [1, 4],
      [0, 9],
    ];
    expect(sumOf(rows)).toEqual(sumOf(rows.toReversed()));
  });

  test("holds until a row of it is another, one is gone or one more is there", () => {
    const database = tableOf([
      [1, 2],
      [3, 4],
    ]);
    expect(holds(database, "t")).toBeNull();
    seal(database, ["t"]);
    for (const change of ["UPDATE t SET b = 5 WHERE a = 3", "DELETE FROM t WHERE a = 1"]) {
      expect(holds(database, "t")).toBe(true);
      database.exec(`SAVEPOINT before; ${change}`);
      expect(holds(database, "t"), change).toBe(false);
      database.exec("ROLLBACK TO before");
    }
    expect(holds(database, "t")).toBe(true);
    database.exec("UPDATE checksum SET rows = 3");
    expect(holds(database, "t")).toBe(false);
  });

  test("is written anew for the tables that are sealed, and for no other", () => {
    const database = tableOf([[1, 2]]);
    database.exec("CREATE TABLE other (c); CREATE TABLE third (d)");
    seal(database, ["t", "other"]);
    database.exec("INSERT INTO t VALUES (3, 4); INSERT INTO other VALUES (5)");
    seal(database, ["t"]);
    expect(checksummed(database)).toEqual(["other", "t"]);
    expect(["t", "other", "third"].map((table) => holds(database, table))).toEqual([
      ...[true, false, null],
    ]);
  });
});

test("what the digest covers, the keyframes and the checksums themselves are not sealed", async () => {
  const database = await emptyFile();
  const sealed = sealedTables(database);
  expect(sealed).toEqual(sealed.toSorted());
  expect(sealed).toEqual(
    ["actor", "check", "family", "judgement", "kind", "line", "mark", "name", "op_state"].concat([
      "place",
      "root",
      "shape",
      "source",
      "tally",
      "trace",
      "verdict",
      "workload",
      "wrong_event",
    ]),
  );
});

test("traces have checksums from the eighth format on", () => {
  const database = new Sqlite(":memory:");
  const has = (format: number) => {
    database.pragma(`user_version = ${format}`);
    return hasChecksums(database);
  };
  expect([1, 7, 8, 10].map(has)).toEqual([false, false, true, true]);
});

describe("a keyframe's checksum", () => {
  const facts = { seq: 8, base: 4, kinds: 3, actors: 5, astray: 1 };

  test("is of all that its row says, and of its data", () => {
    const hash = createHash("sha256").update("8 4 3 5 1:").update(Buffer.of(9, 0));
    expect(keyframeSum(facts, Buffer.of(9, 0))).toBe(hash.digest().readUIntBE(0, 6));
  });

  /** So many keyframes, of which those by their number have other data. */
  function keyframes(count: number, other: { readonly [seq: number]: unknown } = {}): Database {
    const database = new Sqlite(":memory:");
    database.exec("CREATE TABLE keyframe (seq, base, kinds, actors, astray, data, checksum)");
    const insert = database.prepare("INSERT INTO keyframe VALUES (?, 0, 1, 2, 0, ?, NULL)");
    for (let i = 0; i < count; i++) insert.run(i - 1, other[i - 1] ?? Buffer.of(i));
    return database;
  }

  test("is missing from those of older formats until they are sealed", () => {
    const database = keyframes(200);
    expect(changedKeyframe(database)).toBe(-1);
    sealKeyframes(database);
    expect(changedKeyframe(database)).toBeNull();
  });

  test("tells the first that is another, wherever it stands", () => {
    const database = keyframes(200);
    sealKeyframes(database);
    for (const seq of [190, 64, 63, -1]) {
      database.exec(`UPDATE keyframe SET astray = 1 WHERE seq = ${seq}`);
      expect(changedKeyframe(database)).toBe(seq);
    }
  });

  test("is none of what has a text in place of its data", () => {
    const database = keyframes(5, { 2: "no bytes" });
    sealKeyframes(database);
    const sums = database.prepare("SELECT seq FROM keyframe WHERE checksum IS NULL").pluck().all();
    expect(sums).toEqual([2]);
    expect(changedKeyframe(database)).toBe(2);
  });
});
