// create.test.ts - a new trace's file: how it is set up, what it says of itself, and what is told where it cannot be made.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite, { SqliteError } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { families } from "../../src/event/field.ts";
import { actors, declarationOf, kindNames } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { assertUnused, createFile, migrate, writeTrouble } from "../../src/store/create.ts";
import { APPLICATION_ID, FORMAT } from "../../src/store/schema.ts";
import { VERSION } from "../../src/version.ts";
import { about, emptyFile, freshPath } from "./sample.ts";

describe("a new file", () => {
  test("is set up to take batch after batch", async () => {
    const database = await emptyFile();
    const setting = (name: string) => database.pragma(name, { simple: true });
    expect(setting("journal_mode")).toBe("wal");
    expect(setting("page_size")).toBe(16384);
    // NORMAL: what is committed is whole, and on the disk with the next checkpoint.
    expect(setting("synchronous")).toBe(1);
    expect(setting("wal_autocheckpoint")).toBe(1024);
    expect(setting("cache_size")).toBe(-2000);
    expect(setting("application_id")).toBe(APPLICATION_ID);
    expect(setting("user_version")).toBe(FORMAT);
    expect(database.inTransaction).toBe(false);
  });

  test("says of itself what its run is, and that it is not finished", async () => {
    const database = await emptyFile();
    const { options, virtBase, physIsMachine, operations, ...same } = about;
    expect(database.prepare("SELECT * FROM trace").safeIntegers().get()).toEqual({
      ...{ ...same, one: 1n, seed: 7n, options: JSON.stringify(options) },
      ...{ virt_base: BigInt.asIntN(64, virtBase), phys_is_machine: BigInt(physIsMachine) },
      ...{ gartrace: VERSION, digest: null, events: null, finished: 0n },
      ...{ keyframes: null, parent: null, parent_seq: null, indexed: null },
    });
    const asked = "SELECT one, operations FROM workload";
    expect(database.prepare(asked).raw().all()).toEqual([[1, operations]]);
  });

  test("says nothing of what its workload asks for where that is not known", async () => {
    const database = await createFile(
      freshPath(),
      { ...about, operations: null },
      { force: false },
    );
    expect(database.prepare("SELECT * FROM workload").all()).toEqual([]);
    database.close();
  });

  test("names the trace that its run left, and the moment", async () => {
    const parent = { trace: "whole.gart", moment: 90 };
    const database = await createFile(freshPath(), { ...about, parent }, { force: false });
    expect(database.prepare("SELECT parent, parent_seq FROM trace").raw().get()).toEqual([
      ...["whole.gart", 90],
    ]);
    database.close();
  });

  test("has a name for each code of a kind, an actor and a family", async () => {
    const database = await emptyFile();
    const named = (table: string) =>
      database.prepare(`SELECT name FROM ${table} ORDER BY code`).pluck().all();
    expect(named("kind")).toEqual(kindNames);
    expect(named("actor")).toEqual(actors);
    expect(named("family")).toEqual(families);
  });

  test("has a word for each number that stands for one, where it stands in the value", async () => {
    const database = await emptyFile();
    const names = database
      .prepare("SELECT kind, unit, code, name FROM name ORDER BY kind, unit, code")
      .raw()
      .all();
    const expected = kindNames.flatMap((kind, of) => {
      const fields = Object.values(declarationOf(kind).fields);
      const words = fields.flatMap(({ names, unit, firstCode }) =>
        (names ?? []).map((name, i): [number, number, number, string] => [
          ...([of, unit, unit * (firstCode + i), name] as const),
        ]),
      );
      return words.sort(([, a, b], [, c, d]) => a - c || b - d);
    });
    expect(names).toEqual(expected);
    expect(new Set(expected.map(([, unit]) => unit))).toEqual(new Set([1, 256]));
  });

  test("that cannot be made whole is not left, and the error is the one that was met", async () => {
    const path = freshPath();
    const making = createFile(path, { ...about, seed: 0.5 }, { force: false });
    await expect(making).rejects.toThrow(SqliteError);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test("where the system refuses it is told by its path", async () => {
    const making = createFile("/dev/null/run.gart", about, { force: false });
    await expect(making).rejects.toThrow(/^cannot write \/dev\/null\/run\.gart: ENOTDIR/);
    await expect(making).rejects.toMatchObject({ code: "ERR_WRITE" });
  });
});

describe("what is in the place of a new file", () => {
  test("is replaced, with what an older recording left beside it", async () => {
    const path = freshPath();
    (await createFile(path, about, { force: false })).close();
    writeFileSync(`${path}-journal`, "of before");
    const database = await createFile(path, about, { force: true });
    expect(existsSync(`${path}-journal`)).toBe(false);
    database.close();
  });

  test("is not replaced while somebody records it or reads it meanwhile", async () => {
    const path = freshPath();
    const writer = await createFile(path, about, { force: false });
    const inUse = new UserError(
      `${path} is being recorded, or read while it is; write to another file`,
      "ERR_FILE_IN_USE",
    );
    expect(() => assertUnused(path)).toThrow(inUse);
    await expect(createFile(path, about, { force: true })).rejects.toThrow(inUse);
    expect(writer.prepare("SELECT count(*) FROM trace").pluck().get()).toBe(1);
    writer.close();
    assertUnused(path);
    const database = new Sqlite(path);
    expect(database.pragma("journal_mode", { simple: true })).toBe("delete");
    database.close();
  });

  test("may be a file of any kind, or a database that somebody only reads", () => {
    const text = freshPath();
    writeFileSync(text, "a letter ".repeat(200));
    assertUnused(text);
    const path = freshPath();
    const database = new Sqlite(path);
    database.exec("CREATE TABLE t (a); BEGIN; SELECT * FROM t");
    assertUnused(path);
    database.close();
  });

  test("is a folder that nothing is written over", async () => {
    const path = freshPath();
    mkdirSync(path);
    await expect(createFile(path, about, { force: true })).rejects.toThrow("is a folder");
    expect(existsSync(path)).toBe(true);
  });
});

describe("a write that failed is told as what it is", () => {
  const again = "free space and record again with --force";
  test.each([
    ["SQLITE_FULL", `the disk is full: nothing is there; ${again}`],
    [
      "SQLITE_IOERR_WRITE",
      `the disk refuses a write (SQLITE_IOERR_WRITE): nothing is there; ${again}`,
    ],
    ...["CORRUPT_VTAB", "NOTADB", "BUSY", "READONLY_DBMOVED", "CANTOPEN", "PROTOCOL"].map(
      (code) => [
        `SQLITE_${code}`,
        "the trace cannot be written on (no luck): nothing is there; record again with --force",
      ],
    ),
  ])("%s: %s", (code, says) => {
    const told = writeTrouble(new SqliteError("no luck", code!), "nothing is there");
    expect(told).toEqual(new UserError(says!, "ERR_WRITE"));
    expect(told).toMatchObject({ code: "ERR_WRITE" });
  });

  test("or stays what it is where it is a bug", () => {
    const bug = new TypeError("x is undefined");
    expect(writeTrouble(bug, "")).toBe(bug);
    for (const code of ["SQLITE_CONSTRAINT", "SQLITE_ERROR", "SQLITE_MISUSE", "NO_SQLITE_BUSY"]) {
      const error = new SqliteError("no luck", code);
      expect(writeTrouble(error, "")).toBe(error);
    }
  });
});

test("a file gets a format within a transaction or not at all", async () => {
  const database = new Sqlite(":memory:");
  await expect(migrate(database)).rejects.toThrow("a migration is part of a transaction");
  database.exec("BEGIN");
  await migrate(database, 3);
  expect(database.pragma("user_version", { simple: true })).toBe(3);
  await migrate(database);
  expect(database.pragma("user_version", { simple: true })).toBe(FORMAT);
});
