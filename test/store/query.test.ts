// query.test.ts - SQL that a user asks of a trace: rows with exact numbers, or a complaint about the SQL.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
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
