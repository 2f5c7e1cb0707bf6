// ops.test.ts - ops are kept as shapes and numbers, and read as they were: by gartrace and by the view `ops`.

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { shaped } from "../../src/store/op-shape.ts";
import { TraceReader } from "../../src/store/read.ts";
import { Unshaper } from "../../src/store/unshaper.ts";
import { addMark } from "../../src/store/update.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { about, freshPath } from "./sample.ts";

const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "0x0",
    "0x1f",
    "0x00",
    "0xFF",
    "0x123456789abcd",
    "100%",
    "%d",
    "%%x",
    "-1",
    "1e3",
  ),
);
const anyJson = fc
  .dictionary(fc.string(), fc.oneof(value, fc.array(value), fc.dictionary(fc.string(), value)), {
    noNullPrototype: true,
  })
  .map((facts) => JSON.stringify(facts));

test("any JSON is its shape and numbers put together again", () => {
  fc.assert(
    fc.property(anyJson, (text) => {
      const { shape, values } = shaped(text, 48);
      expect(new Unshaper().text(shape, values)).toBe(text);
    }),
  );
});

test("only the numbers of two ops that say the same differ", () => {
  const one = shaped('{"pid":3000,"nr":"0x40044108","note":"50% of 7"}', 16);
  const other = shaped('{"pid":1,"nr":"0x0","note":"50% of 7"}', 16);
  expect(one.shape).toBe('{"pid":%d,"nr":"0x%x","note":"50%% of 7"}');
  expect(one.shape).toBe(other.shape);
  expect([one.values, other.values]).toEqual(["3000,1074020616", "1,0"]);
});

/** Ops whose arguments and results are these; every third one stays open to the end. */
async function traceOf(facts: readonly { readonly [name: string]: unknown }[]): Promise<string> {
  const path = freshPath();
  const writer = await TraceWriter.create(path, about, { force: false });
  let seq = 0;
  const append = (op: number, event: object) => writer.append(++seq, op, event as never);
  for (const [op, fact] of facts.entries()) {
    const common = { actor: "workload", op };
    append(op, { kind: "op.began", ...common, name: `op-${op % 3}`, arguments: fact });
    if (op % 5 === 0) writer.land();
    append(op, { kind: "tlb.flushed", actor: "cpu", which: "cpu" });
    if (op % 3 !== 2) append(op, { kind: "op.ended", ...common, result: { ret: -op, ...fact } });
  }
  writer.finish();
  return path;
}

interface ViewedOp {
  readonly op: number;
  readonly name: string;
  readonly args: string;
  readonly result: string | null;
  readonly first_seq: number;
  readonly last_seq: number | null;
  readonly signature: string | null;
}

/** What the view says of every op, and what gartrace reads. */
function bothOf(path: string): [viewed: unknown[], read: unknown[]] {
  const database = new Sqlite(path, { readonly: true });
  const viewed = database.prepare<[], ViewedOp>("SELECT * FROM ops ORDER BY op").all();
  database.close();
  const trace = TraceReader.open(path);
  const read = [...trace.ops()].map(
    ({ op, name, arguments: args, result, first, last, signature }) => ({
      ...{ op, name, args, result, first, last, signature },
    }),
  );
  trace.close();
  return [
    viewed.map(({ args, result, first_seq: first, last_seq: last, op, name, signature }) => ({
      ...{ op, name, args: JSON.parse(args), first, last, signature },
      result: result === null ? null : JSON.parse(result),
    })),
    read,
  ];
}

const state = { files: [[3001, "0x3"]], current: null };
const facts = [
  {},
  { ret: 1, fe: state },
  { ret: 2, fe: state },
  { ret: 3, fe: { ...state, current: 7 } },
  { long: Array.from({ length: 49 }, (_, i) => i) },
  {
    most: Array.from({ length: 16 }, (_, i) => i),
    fe: { many: Array.from({ length: 48 }, (_, i) => i) },
  },
  { text: "x".repeat(5000), fe: state },
  { word: "\u0001 50% \"'", big: 2 ** 53, half: 0.5, minus: -0, fe: { a: {}, b: state } },
];

test("the view `ops` and gartrace read what was recorded, open ops and states included", async () => {
  const path = await traceOf([...facts, ...facts]);
  const [viewed, read] = bothOf(path);
  expect(viewed).toEqual(read);
  expect(read).toMatchObject(
    [...facts, ...facts].map((fact, op) => ({
      name: `op-${op % 3}`,
      args: JSON.parse(JSON.stringify(fact)),
      result: op % 3 === 2 ? null : JSON.parse(JSON.stringify({ ret: -op, ...fact })),
      last: op % 3 === 2 ? null : expect.any(Number),
    })),
  );
  const trace = TraceReader.open(path);
  const proof = trace.proof();
  const state = new State(natureOf(trace.about));
  for (const stored of trace.eventsWithRows()) proof.see(stored, state);
  const { digest, ops } = proof.end();
  expect([digest, ops.wrong]).toEqual([trace.digest, null]);
  trace.close();
});

test("a state that stays is kept once", async () => {
  const path = await traceOf(Array.from({ length: 30 }, () => ({ fe: state })));
  const trace = TraceReader.open(path);
  expect([...trace.query("SELECT count(*) FROM op_state").rows]).toEqual([[1n]]);
  expect([...trace.query("SELECT count(*) FROM shape").rows]).toEqual([[5n]]);
  trace.close();
});

test("a state that comes back is kept once, as long as it is among the last 64", async () => {
  const statesOf = async (different: number) => {
    const path = await traceOf(
      Array.from({ length: 6 * different }, (_, i) => ({
        fe: { ["k".repeat(1 + (i % different))]: 1 },
      })),
    );
    const trace = TraceReader.open(path);
    const [[count]] = [...trace.query("SELECT count(*) FROM op_state").rows] as [[bigint]];
    trace.close();
    return Number(count);
  };
  // Two of three ops end.
  expect(await statesOf(64)).toBe(64);
  expect(await statesOf(200)).toBeGreaterThan(600);
});

test("ops of a trace of the first format are the same once it is of the newest", async () => {
  const path = freshPath();
  writeFileSync(path, gunzipSync(readFileSync("test/store/first-format.gart.gz")));
  const before = TraceReader.open(path);
  const opsOf = (trace: TraceReader) =>
    [...trace.ops()].map(({ op, name, arguments: args, result, first, last, signature }) => ({
      ...{ op, name, args, result, first, last, signature },
    }));
  const ops = opsOf(before);
  expect(ops.length).toBeGreaterThan(1);
  before.close();
  await addMark(path, { moment: 0, name: null, text: "brings it to the newest format" });
  const [viewed, read] = bothOf(path);
  expect(read).toEqual(ops);
  expect(viewed).toEqual(ops);
  const after = TraceReader.open(path);
  expect(after.recomputeDigest()).toBe(after.digest);
  after.close();
});
