// open.test.ts - a path that leads to no trace is refused for what it leads to.

import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite, { SqliteError } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import { openFile, readingTrouble } from "../../src/store/open.ts";
import { APPLICATION_ID, FORMAT } from "../../src/store/schema.ts";
import { VERSION } from "../../src/version.ts";
import { emptyFile, freshPath } from "./sample.ts";

/** What is said of a path that cannot be opened, and the code of it. */
function refusal(path: string): [message: string, code: string] {
  try {
    openFile(path).close();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message, code } = error as UserError;
    return [message.replaceAll(path, "PATH").replaceAll(dirname(path), "FOLDER"), code];
  }
  throw new Error("it was opened");
}

/** A database with the marks of a trace, and such a table of it. */
function marked(format: number, sql = ""): string {
  const path = freshPath();
  const database = new Sqlite(path);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${format}`);
  database.exec(sql);
  database.close();
  return path;
}

describe("a path is refused", () => {
  test("that leads to nothing, a folder or a device", () => {
    expect(refusal(freshPath())).toEqual(["no such file: PATH", "ERR_NO_FILE"]);
    const folder = freshPath();
    mkdirSync(folder);
    expect(refusal(folder)).toEqual(["PATH is a folder, not a trace", "ERR_NO_TRACE"]);
    expect(refusal("/dev/null")).toEqual([
      ...["PATH is no file but a pipe or device, not a trace", "ERR_NO_TRACE"],
    ]);
  });

  test("that the system cannot follow", () => {
    const [message] = refusal(join(dirname(freshPath()), "x".repeat(300)));
    expect(message).toMatch(/^cannot read PATH: ENAMETOOLONG/);
  });

  test("of an empty file, unless a log beside it has the trace", async () => {
    const path = freshPath();
    writeFileSync(path, "");
    expect(refusal(path)).toEqual(["PATH is empty, not a trace", "ERR_NO_TRACE"]);
    writeFileSync(`${path}-wal`, "no log either");
    expect(refusal(path)[0]).toBe("PATH is an SQLite file, but not a trace");
  });

  test("of a file that is no SQLite, or that is no trace", () => {
    const text = freshPath();
    writeFileSync(text, "a letter ".repeat(200));
    expect(refusal(text)).toEqual(["PATH is not a trace: it is no SQLite file", "ERR_NO_TRACE"]);
    const other = freshPath();
    new Sqlite(other).exec("CREATE TABLE t (a)").close();
    expect(refusal(other)).toEqual(["PATH is an SQLite file, but not a trace", "ERR_NO_TRACE"]);
  });

  test("of a newer format, by the version that wrote it where it says so", () => {
    const newer = (who: string) => [
      `PATH was written by ${who} (format ${FORMAT + 1}); this is gartrace ${VERSION}, ` +
        `which reads up to format ${FORMAT}: update gartrace`,
      "ERR_NEWER",
    ];
    const table = "CREATE TABLE trace (gartrace); INSERT INTO trace VALUES";
    expect(refusal(marked(FORMAT + 1, `${table} ('9.1.0')`))).toEqual(newer("gartrace 9.1.0"));
    expect(refusal(marked(FORMAT + 1, `${table} (91)`))).toEqual(newer("a newer gartrace"));
    expect(refusal(marked(FORMAT + 1))).toEqual(newer("a newer gartrace"));
    openFile(marked(FORMAT)).close();
  });

  test("of a file that was cut, as damage", async () => {
    const path = freshPath();
    const database = await emptyFile(path);
    database.pragma("journal_mode = DELETE");
    database.close();
    truncateSync(path, 16384 * 3);
    const [message, code] = refusal(path);
    expect(message).toMatch(
      /^cannot read PATH \(.*\): the file is damaged or was changed; 'gartrace verify --repair' keeps/,
    );
    expect(code).toBe("ERR_DAMAGED");
  });
});

test("what a file's schema calls may be no more than what any SQL may call", () => {
  const database = openFile(marked(FORMAT));
  expect(database.pragma("trusted_schema", { simple: true })).toBe(0);
  expect(database.readonly).toBe(true);
  database.close();
});

test("a log that a killed writer left is folded in before the trace is read", async () => {
  const path = freshPath();
  const writer = await emptyFile(path);
  // As a process that is killed leaves its files.
  const killed = freshPath();
  writer.pragma("wal_autocheckpoint = 0");
  writer.exec("INSERT INTO mark (seq, text) VALUES (0, 'in the log')");
  for (const ending of ["", "-wal"]) copyFileSync(path + ending, killed + ending);
  const database = openFile(killed);
  expect(database.prepare("SELECT text FROM mark").pluck().all()).toEqual(["in the log"]);
  expect(database.pragma("journal_mode", { simple: true })).toBe("delete");
  database.close();
});

describe("a refusal in the middle of reading", () => {
  const told = (code: string, paths = ["a.gart"]) =>
    readingTrouble(paths, new SqliteError("no luck", code));

  test("is told by the files, and by what is to be done", () => {
    expect(told("SQLITE_IOERR_READ", ["a", "b"])).toEqual(
      new UserError("the disk refuses to read a or b (SQLITE_IOERR_READ)"),
    );
    expect(told("SQLITE_BUSY_SNAPSHOT")).toEqual(
      new UserError("a.gart is being written by someone else; try again when that is done"),
    );
    expect(told("SQLITE_CORRUPT")).toMatchObject({
      message:
        "cannot read a.gart (no luck): the file is damaged or was changed; " +
        "'gartrace verify --repair' keeps what can be read, or record it again",
      code: "ERR_DAMAGED",
    });
  });

  test("stays what it is where it is none of SQLite's", () => {
    const bug = new TypeError("x is undefined");
    expect(readingTrouble(["a"], bug)).toBe(bug);
  });
});
