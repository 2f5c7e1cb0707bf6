// trouble.test.ts - an error that ended a question is told as trouble of the file where the file is not as it was written.

import Sqlite, { SqliteError } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { DamagedTrace, UserError } from "../../src/fault.ts";
import type { TraceReader } from "../../src/store/read.ts";
import { troubleBehind } from "../../src/store/trouble.ts";
import { busyTrace } from "../replay/busy.ts";
import { storedAt } from "../replay/stored.ts";
import { reading } from "./sample.ts";

const bug = new TypeError("x is undefined");
/** What is told of an error behind a trace that somebody changed. */
async function toldBehind(change: string, thrown: unknown): Promise<unknown> {
  const path = await storedAt(busyTrace(), 16);
  const database = new Sqlite(path);
  database.exec(change);
  database.close();
  return reading(path, (trace: TraceReader) => troubleBehind([path], [trace], thrown));
}
const sound = (thrown: unknown) => toldBehind("", thrown);

describe("of a sound trace", () => {
  test("a bug stays what it is, and so does what is no error", async () => {
    expect(await sound(bug)).toBe(bug);
    expect(await sound("a word")).toBe("a word");
  });

  test("what the user did, and what the system refused, stays what it is", async () => {
    const error = new UserError("no such op");
    expect(await sound(error)).toBe(error);
    const refused = Object.assign(new Error("EPIPE"), { syscall: "write" });
    expect(await sound(refused)).toBe(refused);
  });

  test("damage that was met gets the file's name, and gets it once", async () => {
    const told = (await sound(new DamagedTrace("damaged: event #3"))) as Error;
    expect(told).toBeInstanceOf(DamagedTrace);
    expect(told.message).toMatch(/run\.gart is damaged: event #3$/);
    expect(troubleBehind(["other.gart"], [], told)).toBe(told);
    expect(troubleBehind(["a", "b"], [], new DamagedTrace("damaged"))).toMatchObject({
      message: "a or b is damaged",
    });
  });

  test("a refusal of SQLite is told in words", async () => {
    for (const [code, says] of [
      ["SQLITE_IOERR_READ", /^the disk refuses to read .*run\.gart \(SQLITE_IOERR_READ\)$/],
      ["SQLITE_BUSY_SNAPSHOT", /run\.gart is being written by someone else; try again/],
      ["SQLITE_CORRUPT", /^cannot read .*run\.gart \(malformed\): the file is damaged/],
    ] as const) {
      const told = (await sound(new SqliteError("malformed", code))) as Error;
      expect(told).toBeInstanceOf(UserError);
      expect(told.message).toMatch(says);
    }
  });
});

describe("of a trace that is not as it was written, a bug is its damage", () => {
  test.each([
    [
      "a row of events is another",
      "UPDATE event SET size = size + 1 WHERE size > 0",
      "its digest does not hold",
    ],
    ["a table beside them is another", "UPDATE family SET name = name || 'x'", "table family"],
    ["a view is not of gartrace's making", "CREATE VIEW mine AS SELECT 1", "view 'mine'"],
    ["an event is missing", "DELETE FROM event WHERE seq = 9", "it holds 60 events"],
  ])("where %s", async (_, change, says) => {
    const told = (await toldBehind(change, bug)) as Error;
    expect(told).toBeInstanceOf(DamagedTrace);
    expect(told.message).toMatch(/run\.gart is damaged or changed: .* \(x is undefined\)$/);
    expect(told.message).toContain(says);
    expect(troubleBehind([], [], told)).toBe(told);
  });
});
