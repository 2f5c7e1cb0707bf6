// sqlite.test.ts - SQLite files are opened by any name; what is wrong with the library behind it is told with its cure.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import { keepAll, memorySqlite, nativeTrouble, openSqlite } from "../../src/store/sqlite.ts";
import { freshPath } from "./sample.ts";

test("a file may have any name, also one that SQLite gives a meaning", () => {
  const path = join(dirname(freshPath()), ":memory:");
  openSqlite(path).exec("CREATE TABLE t (a)").close();
  expect(existsSync(path)).toBe(true);
  const memory = memorySqlite();
  expect(memory.memory).toBe(true);
  memory.close();
});

test("options are those of the library, and an error of SQLite is of its class", () => {
  const path = freshPath();
  expect(() => openSqlite(path, { fileMustExist: true })).toThrow(Sqlite.SqliteError);
  openSqlite(path).exec("CREATE TABLE t (a)").close();
  const reader = openSqlite(path, { readonly: true });
  expect(() => reader.exec("INSERT INTO t VALUES (1)")).toThrow(Sqlite.SqliteError);
  reader.close();
});

describe("a library that does not fit this Node", () => {
  const told = (code: string) => nativeTrouble(Object.assign(new Error("no luck"), { code }));
  const cure = (what: string) =>
    new RegExp(
      `^better-sqlite3 is ${what} \\(${process.version}, ABI ${process.versions.modules}\\): run 'npm rebuild ` +
        "better-sqlite3' in /[^:]*[^/]; where there is no prebuilt one, that takes a C\\+\\+ compiler, make and Python$",
    );

  test.each([
    ["ERR_DLOPEN_FAILED", "built for another Node than this one"],
    ["MODULE_NOT_FOUND", "not built"],
  ])("is told by %s, with the folder to build it in", (code, what) => {
    const error = told(code) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect([error.code, (error.cause as Error).message]).toEqual(["ERR_NATIVE", "no luck"]);
    expect(error.message).toMatch(cure(what));
    const [, folder] = /better-sqlite3' in (.*); where/.exec(error.message)!;
    expect(existsSync(join(folder!, "node_modules", "better-sqlite3"))).toBe(true);
  });

  test("is no other error", () => {
    const error = new Error("no luck");
    expect(nativeTrouble(error)).toBe(error);
    expect(nativeTrouble("a word")).toBe("a word");
    const refused = Object.assign(new Error("EACCES"), { code: "EACCES" });
    expect(nativeTrouble(refused)).toBe(refused);
  });
});

test("what is kept from being collected is all that native code makes, which works as before", () => {
  const database = memorySqlite();
  const kept: object[] = [];
  keepAll(database, (made) => kept.push(made));
  expect(kept[0]).toBe(database);
  expect(kept).toHaveLength(2);
  database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
  const statement = database.prepare("SELECT a FROM t WHERE a >= ?").pluck();
  expect(kept.at(-1)).toBe(statement);
  expect(statement.all(2)).toEqual([2]);
  const before = kept.length;
  expect([...statement.iterate(1)]).toEqual([1, 2]);
  expect([...statement.iterate(2)]).toEqual([2]);
  expect(kept.length).toBe(before + 2);
  expect(database.pragma("user_version", { simple: true })).toBe(0);
  expect(kept.length).toBeGreaterThan(before + 2);
  database.close();
});
