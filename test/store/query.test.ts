// query.test.ts - SQL that a user asks of a trace: rows with exact numbers, or a complaint about the SQL.

import { type Database, SqliteError } from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { ask } from "../../src/store/query.ts";
import { TraceReader } from "../../src/store/read.ts";
import { record } from "./sample.ts";

let trace: TraceReader;
beforeAll(async () => {
  const flush = { kind: "tlb.flushed", actor: "chipset", which: "gart" } as Event;
  trace = TraceReader.open((await record([flush, flush, flush])).path);
});
afterAll(() => trace.close());

const rows = (sql: string) => [...trace.query(sql).rows];

test("a question has its columns by name, and its values with all their bits", () => {
  const answer = trace.query("SELECT 9007199254740993 AS large, 'a' AS text, NULL AS none, 0.5");
  expect(answer.columns).toEqual(["large", "text", "none", "0.5"]);
  expect([...answer.rows]).toEqual([[9007199254740993n, "a", null, 0.5]]);
});

test("the view of the events is asked like a table", () => {
  expect(rows("SELECT seq, kind FROM events WHERE seq > 1")).toEqual([
    [2n, "tlb.flushed"],
    [3n, "tlb.flushed"],
  ]);
});

test("who takes the first rows alone can ask the next question", () => {
  for (const [seq] of trace.query("SELECT seq FROM event").rows) {
    expect(seq).toBe(1n);
    break;
  }
  expect(rows("SELECT count(*) FROM event")).toEqual([[3n]]);
});

test("a trace that was not judged has no view of what is wrong, and it is told how to get one", () => {
  const says =
    "SQL: this trace has no view 'wrong', for this version has not judged it; 'gartrace index' does";
  expect(() => rows("SELECT * FROM wrong")).toThrow(new UserError(says));
  expect(() => rows("SELECT * FROM wrongs")).toThrow("SQL: no such table: wrongs");
});

/** Asks a database that answers with this error. */
const askedOf = (error: Error) => () => {
  const database = {
    prepare: () => {
      throw error;
    },
  };
  ask(database as unknown as Database, "SELECT 1");
};

test("a value that no text of JavaScript holds is told to be too long", () => {
  const long = Object.assign(new Error("too long"), { code: "ERR_STRING_TOO_LONG" });
  const says = "SQL: a value is too long to be read; take a part of it by substr()";
  expect(askedOf(long)).toThrow(new UserError(says));
});

test("damage that is met on the way, or a bug, is no matter of the SQL", () => {
  const damage = new SqliteError("database disk image is malformed", "SQLITE_CORRUPT_INDEX");
  const bug = new Error("no such table: wrong");
  for (const error of [damage, bug]) expect(askedOf(error)).toThrow(error);
});

describe("what is no question is refused", () => {
  test.each([
    ["a change", "DELETE FROM event", "this SQL gives no rows; a trace is only read: SELECT"],
    [
      "a setting",
      "PRAGMA user_version = 7",
      "this SQL gives no rows; a trace is only read: SELECT",
    ],
    ["what SQLite cannot parse", "SELEKT 1", 'SQL: near "SELEKT": syntax error'],
    ["a table that is not there", "SELECT * FROM none", "SQL: no such table: none"],
    ["two statements", "SELECT 1; SELECT 2", "SQL: The supplied SQL string contains more than one"],
    ["no statement", "-- nothing", "SQL: The supplied SQL string contains no statements"],
    ["a parameter", "SELECT ?", "SQL: Too few parameter values were provided"],
    ["an error on the way", "SELECT abs(-9223372036854775807 - 1)", "SQL: integer overflow"],
  ])("%s", (_, sql, says) => {
    expect(() => rows(sql)).toThrow(UserError);
    expect(() => rows(sql)).toThrow(says);
  });

  test("and the trace is as it was", () => {
    expect(rows("SELECT count(*) FROM event")).toEqual([[3n]]);
  });
});
