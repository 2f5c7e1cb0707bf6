// op-insert.test.ts - an op's row says where it began and ended, with what it was asked and what it gave, whenever it ends.

import type { Database } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { OpInsert, stateIn } from "../../src/store/op-insert.ts";
import { OpSource } from "../../src/store/op-source.ts";
import { ShapeInsert } from "../../src/store/shape-insert.ts";
import { emptyFile } from "./sample.ts";

const SIGNATURE = "00000000000000ff";

/** The ops of a file, with their results, once they were put in so. */
async function opsAfter(put: (ops: OpInsert) => void): Promise<[Database, OpSource]> {
  const database = await emptyFile();
  const ops = new OpInsert(database, new ShapeInsert(database));
  put(ops);
  ops.flush();
  return [database, new OpSource(database)];
}
const count = (database: Database, table: string): unknown =>
  database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();

describe("an op", () => {
  test("that ends is one row, with its end as its last event", async () => {
    const [database, source] = await opsAfter((ops) => {
      ops.began(4, 10, "bind", '{"slot":1}');
      ops.ended(4, 17, '{"ret":-12}', null, SIGNATURE);
    });
    expect(source.one(4)).toEqual({
      ...{ op: 4, name: "bind", arguments: '{"slot":1}', first: 10, last: 17 },
      signature: SIGNATURE,
    });
    expect(source.result(4)).toBe('{"ret":-12}');
    expect(count(database, "op")).toBe(1);
  });

  test("that is open when a batch is written gets its row then, and its end later", async () => {
    const [, source] = await opsAfter((ops) => {
      ops.began(0, 1, "init", "{}");
      ops.began(1, 5, "bind", '{"slot":7}');
      ops.flush();
      ops.flush();
      ops.ended(1, 40, '{"ret":0}', null, SIGNATURE);
    });
    expect(source.one(1)).toMatchObject({
      name: "bind",
      arguments: '{"slot":7}',
      first: 5,
      last: 40,
    });
    expect(source.one(1)!.signature).toBe(SIGNATURE);
    expect(source.result(1)).toBe('{"ret":0}');
    expect(source.one(0)).toMatchObject({ first: 1, last: null, signature: null });
    expect(source.result(0)).toBeNull();
  });

  test("that never began does not end, and none ends twice", async () => {
    const [database, source] = await opsAfter((ops) => {
      ops.ended(3, 2, "{}", null, SIGNATURE);
      ops.began(0, 3, "init", "{}");
      ops.ended(0, 4, '{"ret":0}', null, SIGNATURE);
      ops.ended(0, 9, '{"ret":1}', null, SIGNATURE);
      ops.began(1, 10, "bind", "{}");
      ops.flush();
      ops.ended(1, 12, '{"ret":0}', null, SIGNATURE);
      ops.ended(1, 15, '{"ret":1}', null, SIGNATURE);
    });
    expect(count(database, "op")).toBe(2);
    expect([source.one(0)!.last, source.one(1)!.last]).toEqual([4, 12]);
    expect([0, 1].map((op) => source.result(op))).toEqual(['{"ret":0}', '{"ret":0}']);
  });

  test("has all 64 bits of its signature", async () => {
    const all = ["ffffffffffffffff", "8000000000000000", "7fffffffffffffff", "0000000000000000"];
    const [, source] = await opsAfter((ops) => {
      for (const [op, signature] of all.entries()) {
        ops.began(op, 2 * op + 1, "free", "{}");
        ops.ended(op, 2 * op + 2, "{}", null, signature);
      }
    });
    expect(source.after(-1, 9).map(({ signature }) => signature)).toEqual(all);
  });
});

describe("shapes", () => {
  test("are kept once for each name of an op and once for all results", async () => {
    const [database, source] = await opsAfter((ops) => {
      for (let op = 0; op < 6; op++) {
        ops.began(op, 2 * op + 1, op % 2 ? "bind" : "unbind", `{"slot":${op}}`);
        ops.ended(op, 2 * op + 2, `{"slot":${op}}`, null, SIGNATURE);
      }
    });
    expect(count(database, "shape")).toBe(3);
    expect(source.after(-1, 9).map(({ name }) => name)).toEqual(
      [0, 1, 2, 3, 4, 5].map((op) => (op % 2 ? "bind" : "unbind")),
    );
  });

  test("are remembered up to 16,384: what is new after that has one of its own each time", async () => {
    const [database, source] = await opsAfter((ops) => {
      for (let op = 0; op < 16_390; op++) ops.began(op, op + 1, `op-${Math.min(op, 16_385)}`, "{}");
    });
    expect(count(database, "shape")).toBe(16_390);
    expect(source.one(16_389)!.name).toBe("op-16385");
  });

  test("have a number that comes often within them, and give it back", async () => {
    const [database, source] = await opsAfter((ops) => {
      for (let op = 0; op < 20; op++) ops.began(op, op + 1, "ioctl", '{"nr":"0x40044108"}');
    });
    expect(count(database, "shape")).toBe(2);
    expect(new Set(source.after(-1, 20).map((op) => op.arguments))).toEqual(
      new Set(['{"nr":"0x40044108"}']),
    );
  });
});

describe("a state within a result", () => {
  const state = '{"files":[1,2],"current":null}';
  const result = (ret: number) => `{"ret":${ret},"fe":${state}}`;

  test("is kept once, and the result is read with it in its place", async () => {
    const [database, source] = await opsAfter((ops) => {
      for (let op = 0; op < 3; op++) {
        ops.began(op, 2 * op + 1, "close", "{}");
        ops.ended(op, 2 * op + 2, result(op), state, SIGNATURE);
      }
    });
    expect(count(database, "op_state")).toBe(1);
    expect([0, 1, 2].map((op) => source.result(op))).toEqual([result(0), result(1), result(2)]);
  });

  test("is the last of it where the same text comes twice", async () => {
    const twice = '{"before":{},"fe":{}}';
    const [database, source] = await opsAfter((ops) => {
      ops.began(0, 1, "close", "{}");
      ops.ended(0, 2, twice, "{}", SIGNATURE);
    });
    expect(source.result(0)).toBe(twice);
    const texts = database.prepare("SELECT text FROM shape WHERE name IS NULL").pluck().all();
    expect(texts).toContain('{"before":{},"fe":\u0001}');
  });

  test("stays in a result of too many numbers for the view", async () => {
    const long = `{"pages":[${Array(30).fill(7).join()}],"fe":${state}}`;
    const [database, source] = await opsAfter((ops) => {
      ops.began(0, 1, "close", "{}");
      ops.ended(0, 2, long, state, SIGNATURE);
    });
    expect(count(database, "op_state")).toBe(0);
    expect(source.result(0)).toBe(long);
  });

  test("is remembered as long as 64 others do not come between, from when it came last", async () => {
    const stateOf = (word: string) => `{"${word}":1}`;
    const words = [
      "kept",
      ...Array.from({ length: 63 }, (_, i) => `a${"x".repeat(i)}`),
      "kept",
      ...Array.from({ length: 63 }, (_, i) => `b${"x".repeat(i)}`),
      "kept",
      ...Array.from({ length: 64 }, (_, i) => `c${"x".repeat(i)}`),
      "kept",
    ];
    const [database] = await opsAfter((ops) => {
      for (const [op, word] of words.entries()) {
        ops.began(op, 2 * op + 1, "close", "{}");
        ops.ended(op, 2 * op + 2, `{"fe":${stateOf(word)}}`, stateOf(word), SIGNATURE);
      }
    });
    expect(count(database, "op_state")).toBe(63 + 63 + 64 + 2);
  });

  test("is the last object in it, and a list or nothing is none", () => {
    expect(stateIn({ ret: 0, a: { b: 1 }, c: "x", d: { e: 2 }, f: [{ g: 3 }], h: null })).toBe(
      '{"e":2}',
    );
    expect(stateIn({ ret: 0, f: [{ g: 3 }], h: null })).toBeNull();
    expect(stateIn({})).toBeNull();
  });
});
