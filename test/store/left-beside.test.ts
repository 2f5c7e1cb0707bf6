// left-beside.test.ts - a journal or a log beside a trace counts where the trace is not whole without it.

import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { foldIn, isAllowed, leftBeside, recover } from "../../src/store/recovery.ts";
import { freshPath } from "./sample.ts";

/** A database with one row in its file and another in its log, as a killed writer leaves it. */
function killed(): string {
  const [path, left] = [freshPath(), freshPath()];
  const writer = new Sqlite(path);
  writer.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  writer.pragma("journal_mode = WAL");
  writer.exec("INSERT INTO t VALUES (2)");
  for (const ending of ["", "-wal"]) copyFileSync(path + ending, left + ending);
  writer.close();
  return left;
}

function rowsOf(path: string): unknown[] {
  const database = new Sqlite(path, { readonly: true });
  const rows = database.prepare("SELECT a FROM t").pluck().all();
  database.close();
  return rows;
}

describe("beside a trace is left", () => {
  test("nothing, or a log with something in it", () => {
    const path = freshPath();
    expect(leftBeside(path)).toBeNull();
    writeFileSync(`${path}-wal`, "");
    expect(leftBeside(path)).toBeNull();
    writeFileSync(`${path}-wal`, "x");
    expect(leftBeside(path)).toBe(`${path}-wal`);
  });

  test("a journal from the first byte on that SQLite wrote into it, rather than a log", () => {
    const path = freshPath();
    writeFileSync(`${path}-wal`, "x");
    for (const none of ["", "\0", "\0abc"]) {
      writeFileSync(`${path}-journal`, none);
      expect(leftBeside(path), JSON.stringify(none)).toBe(`${path}-wal`);
    }
    writeFileSync(`${path}-journal`, "\xd9");
    expect(leftBeside(path)).toBe(`${path}-journal`);
  });

  test("no journal where a folder or a link to nothing has its name", () => {
    const [path, other] = [freshPath(), freshPath()];
    mkdirSync(`${path}-journal`);
    expect(leftBeside(path)).toBeNull();
    symlinkSync(freshPath(), `${other}-journal`);
    expect(leftBeside(other)).toBeNull();
  });
});

describe("a log that is left", () => {
  test("is folded in, and nothing is beside the trace then", () => {
    const path = killed();
    recover(path);
    expect(leftBeside(path)).toBeNull();
    expect(["-wal", "-shm"].filter((ending) => existsSync(path + ending))).toEqual([]);
    expect(rowsOf(path)).toEqual([1, 2]);
  });

  test("stays while somebody else has the trace open", () => {
    const path = killed();
    const other = new Sqlite(path);
    other.prepare("SELECT * FROM t").all();
    recover(path);
    expect(leftBeside(path)).toBe(`${path}-wal`);
    expect(() => {
      const second = new Sqlite(path, { timeout: 0 });
      try {
        foldIn(second);
      } finally {
        second.close();
      }
    }).toThrow("database is locked");
    other.close();
  });

  test("of a file that is no database leaves the file alone, for opening it says what is wrong", () => {
    const path = freshPath();
    const letter = "a letter ".repeat(200);
    writeFileSync(path, letter);
    writeFileSync(`${path}-journal`, "x");
    recover(path);
    expect(readFileSync(path, "utf8")).toBe(letter);
  });

  test("of a file that is gone is no error", () => {
    const path = freshPath();
    writeFileSync(`${path}-wal`, "x");
    recover(path);
    expect(existsSync(path)).toBe(false);
  });
});

test("what the system does not let one do is not allowed", () => {
  const path = freshPath();
  expect(isAllowed(path, constants.R_OK)).toBe(false);
  writeFileSync(path, "");
  expect(isAllowed(path, constants.R_OK)).toBe(true);
});
