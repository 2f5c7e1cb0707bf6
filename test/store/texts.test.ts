// texts.test.ts - the texts of an event that stand outside its row: its note, or what its op was asked and gave.

import { describe, expect, test } from "vitest";
import { at, families, SUBJECT_FAMILIES } from "../../src/event/field.ts";
import { ROW_WIDTH, type Row } from "../../src/event/row.ts";
import { type KindName, kindNames } from "../../src/event/vocabulary.ts";
import { OpInsert } from "../../src/store/op-insert.ts";
import { OpSource } from "../../src/store/op-source.ts";
import { ShapeInsert } from "../../src/store/shape-insert.ts";
import { opOf, RowTexts } from "../../src/store/texts.ts";
import { emptyFile } from "./sample.ts";

function rowOf(seq: number, kind: KindName, op: number | null = null): Row {
  const row = Array<number | null>(ROW_WIDTH).fill(null);
  row[at.seq] = seq;
  row[at.kind] = kindNames.indexOf(kind);
  row[at.subject] = op === null ? null : op * SUBJECT_FAMILIES + families.indexOf("op");
  return row;
}

/** The texts of these rows in a file with notes at 2, 3 and 9, and an op 7 that ended. */
async function textsOf(...rows: Row[]) {
  const database = await emptyFile();
  database.exec("INSERT INTO note VALUES (2, NULL, 'two'), (3, NULL, 'three'), (9, NULL, 'nine')");
  const ops = new OpInsert(database, new ShapeInsert(database));
  ops.began(7, 4, "bind", '{"slot":1}');
  ops.ended(7, 8, '{"ret":0}', null, "00000000000000ff");
  const texts = new RowTexts(database, kindNames, new OpSource(database));
  const of = texts.of(rows);
  return { all: rows.map((row) => of(row)), texts };
}

describe("an event has", () => {
  test("its note where its kind can have one", async () => {
    const { all } = await textsOf(
      rowOf(2, "message.logged"),
      rowOf(3, "call.entered"),
      rowOf(5, "message.logged"),
    );
    expect(all).toEqual([{ note: "two" }, { note: "three" }, {}]);
  });

  test("no note where its kind has none, whatever the file holds", async () => {
    expect((await textsOf(rowOf(9, "tlb.flushed"))).all).toEqual([{}]);
  });

  test("what its op was asked where it begins it, and what it gave where it ends it", async () => {
    const { all } = await textsOf(
      rowOf(4, "op.began", 7),
      rowOf(5, "tlb.flushed", 7),
      rowOf(8, "op.ended", 7),
    );
    expect(all).toEqual([
      { op: { name: "bind", arguments: '{"slot":1}', result: null } },
      {},
      { op: { name: "", arguments: "", result: '{"ret":0}' } },
    ]);
  });

  test("nothing where the file has no such op", async () => {
    const { all } = await textsOf(rowOf(4, "op.began", 7), rowOf(6, "op.began", 8));
    expect(all[1]).toEqual({});
  });
});

test("the notes from one event to another include those of both", async () => {
  const { texts } = await textsOf();
  expect(texts.notesBetween(2, 9)).toEqual([
    [2, "two"],
    [3, "three"],
    [9, "nine"],
  ]);
  expect(texts.notesBetween(3, 8)).toEqual([[3, "three"]]);
  expect(texts.notesBetween(4, 8)).toEqual([]);
});

test("the op of a row is its subject's number", () => {
  expect([0, 7, 2 ** 40].map((op) => opOf(rowOf(1, "op.began", op)))).toEqual([0, 7, 2 ** 40]);
});
