// soundness.test.ts - what of a trace's file is not as gartrace wrote it is told in words, beside what its digest says.

import type { Database } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { kindCode, kindNames } from "../../src/event/vocabulary.ts";
import { keyframeSum, seal, sealedTables } from "../../src/store/checksums.ts";
import { troublesOf } from "../../src/store/soundness.ts";
import { emptyFile } from "./sample.ts";

/** A trace of three events, the second of which has a text, and what is told of it once it was changed. */
async function toldAfter(change: string, { torn = false, count = 3 } = {}): Promise<string[]> {
  const database: Database = await emptyFile();
  const event = database.prepare("INSERT INTO event (seq, kind) VALUES (?, ?)");
  event.run(1, kindCode["tlb.flushed"]);
  event.run(2, kindCode["message.logged"]);
  event.run(3, kindCode["tlb.flushed"]);
  database.exec("INSERT INTO note (seq, \"values\") VALUES (2, 'agpgart: AGP aperture')");
  const facts = { seq: 2, base: 2, kinds: 1, actors: 1, astray: 0 };
  const data = Buffer.of(1, 2);
  database
    .prepare("INSERT INTO keyframe VALUES (2, 2, 1, 1, 0, ?, ?, NULL)")
    .run(data, keyframeSum(facts, data));
  seal(database, sealedTables(database));
  database.exec(change);
  return [...troublesOf(database, { kinds: kindNames, count, torn })];
}

test("of a file that nobody changed nothing is told", async () => {
  expect(await toldAfter("")).toEqual([]);
  expect(await toldAfter("", { torn: true })).toEqual([]);
});

describe("what is told", () => {
  test.each([
    [
      "an event is missing",
      "DELETE FROM event WHERE seq = 1",
      "it holds 2 events, and the last one is #3",
    ],
    [
      "a text belongs to no event",
      "INSERT INTO note VALUES (9, NULL, 'lost'), (8, NULL, 'lost as well')",
      "it holds 2 texts that belong to no event",
    ],
    [
      "a text belongs to an event of a kind that has none",
      "UPDATE note SET seq = 3",
      "it holds 1 texts that belong to no event",
    ],
    [
      "a table is another",
      "UPDATE actor SET name = 'gremlin' WHERE code = 0",
      "table actor is not as it was written",
    ],
    [
      "a table has no checksum",
      "DELETE FROM checksum WHERE part = 'mark'",
      "table mark has no checksum",
    ],
    [
      "a checksum is of no table",
      "INSERT INTO checksum VALUES ('moon', 0, '')",
      "it has a checksum of 'moon', which is no table of it",
    ],
    [
      "a keyframe is another",
      "UPDATE keyframe SET kinds = 7",
      "the keyframe at #2 is not as it was written",
    ],
  ])("where %s", async (_, change, says) => {
    expect(await toldAfter(change)).toEqual([says]);
  });

  test("where events are missing behind the last one that is said", async () => {
    expect(await toldAfter("", { count: 4 })).toEqual([
      "it holds 3 events, and the last one is #4",
    ]);
  });

  test("of a trace that is still recorded no checksum is missed, and one that does not hold is told", async () => {
    expect(await toldAfter("DELETE FROM checksum", { torn: true })).toEqual([]);
    expect(await toldAfter("DELETE FROM kind WHERE code = 1", { torn: true })).toEqual([
      "table kind is not as it was written",
    ]);
  });

  test("of a trace of before the eighth format no checksum is asked", async () => {
    expect(await toldAfter("PRAGMA user_version = 7; DELETE FROM checksum")).toEqual([]);
  });

  test("is SQLite's complaint of a page or a row, the first five of many", async () => {
    const broken = (rows: number) =>
      "CREATE TABLE checked (a CHECK (a > 0)); PRAGMA ignore_check_constraints = ON;" +
      `${"INSERT INTO checked VALUES (0);".repeat(rows)} PRAGMA ignore_check_constraints = OFF;` +
      "INSERT INTO checksum SELECT 'checked', 1, '' WHERE 0";
    const told = async (rows: number) =>
      (await toldAfter(broken(rows))).filter((trouble) => trouble.startsWith("SQLite: "));
    expect(await told(1)).toEqual(["SQLite: CHECK constraint failed in checked"]);
    expect(await told(7)).toHaveLength(5);
  });
});
