// op-source.test.ts - the ops of a trace are read alike from a file of any format.

import Sqlite, { type Database } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { OpInsert } from "../../src/store/op-insert.ts";
import { OpSource } from "../../src/store/op-source.ts";
import { ShapeInsert } from "../../src/store/shape-insert.ts";
import { emptyFile } from "./sample.ts";

/** A file of before the seventh format, which has the texts of ops themselves. */
function plain(format: number): Database {
  const database = new Sqlite(":memory:");
  database.exec(
    "CREATE TABLE op (op, name, arguments, result, first_seq, last_seq, signature); " +
      "INSERT INTO op VALUES (2, 'bind', '{\"slot\":1}', '{\"ret\":0}', 5, 9, 'aa'), " +
      "(3, 'free', '{\"a\":\"50%\"}', NULL, 11, NULL, NULL)",
  );
  database.pragma(`user_version = ${format}`);
  return database;
}

describe("ops of a format before the seventh", () => {
  test("have their texts as they stand there", () => {
    const source = new OpSource(plain(6));
    expect(source.after(-1, 9)).toEqual([
      { op: 2, name: "bind", arguments: '{"slot":1}', first: 5, last: 9, signature: "aa" },
      { op: 3, name: "free", arguments: '{"a":"50%"}', first: 11, last: null, signature: null },
    ]);
    expect([source.result(2), source.result(3), source.result(4)]).toEqual([
      '{"ret":0}',
      null,
      null,
    ]);
  });

  test("are signed by rules of today from the sixth on, and count as unsigned before", () => {
    expect(new OpSource(plain(5)).one(2)!.signature).toBeNull();
    expect(new OpSource(plain(6)).one(2)!.signature).toBe("aa");
  });
});

describe("ops of today's format", () => {
  async function some(): Promise<[Database, OpSource]> {
    const database = await emptyFile();
    const ops = new OpInsert(database, new ShapeInsert(database));
    for (const op of [3, 5, 900]) {
      ops.began(op, op, "bind", `{"slot":${op}}`);
      ops.ended(op, op + 1, `{"ret":${op}}`, null, "00000000000000ff");
    }
    return [database, new OpSource(database)];
  }
  const numbers = (ops: readonly { op: number }[]) => ops.map(({ op }) => op);

  test("are given in order behind a number, so many at most", async () => {
    const [, source] = await some();
    expect(numbers(source.after(-1, 9))).toEqual([3, 5, 900]);
    expect(numbers(source.after(3, 9))).toEqual([5, 900]);
    expect(numbers(source.after(-1, 2))).toEqual([3, 5]);
    expect(source.after(900, 9)).toEqual([]);
  });

  test("are given by their numbers, and those that are not there are not", async () => {
    const [, source] = await some();
    expect(numbers(source.some([900, 3, 4]))).toEqual([3, 900]);
    expect(source.one(4)).toBeUndefined();
    expect(source.last).toBe(900);
  });

  test("are none in a trace without any, the last one being -1", async () => {
    const source = new OpSource(await emptyFile());
    expect([source.last, source.after(-1, 9)]).toEqual([-1, []]);
  });

  test("without a name are damage, for the shape of a result has none", async () => {
    const [database, source] = await some();
    database.exec("UPDATE op SET asked = answered WHERE op = 5");
    expect(() => source.one(5)).toThrow("op:5: it has no name");
  });

  test("keep a signature that is a text as it stands, and one of 64 bits as its digits", async () => {
    const [database, source] = await some();
    database.exec("UPDATE op SET signature = 'of before' WHERE op = 3");
    database.exec("UPDATE op SET signature = -1 WHERE op = 5");
    expect([3, 5, 900].map((op) => source.one(op)!.signature)).toEqual([
      ...["of before", "ffffffffffffffff", "00000000000000ff"],
    ]);
  });

  test("whose result has no shape are read as they stand, whatever sign for a state is in them", async () => {
    const [database, source] = await some();
    database.exec(
      "INSERT INTO shape VALUES (50, NULL, NULL); INSERT INTO op_state VALUES (1, 50, 'S')",
    );
    const set = (shape: string, values: string) =>
      database.exec(
        `UPDATE op SET answered = ${shape}, answered_values = ${values}, state = 1 WHERE op = 5`,
      );
    set("50", "'a' || char(1)");
    expect(source.result(5)).toBe("a\u0001");
    database.exec("INSERT INTO shape VALUES (51, NULL, char(1) || '%d' || char(1))");
    set("51", "'7'");
    expect(source.result(5)).toBe("S7\u0001");
  });
});
