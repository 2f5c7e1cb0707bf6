// postings.test.ts - the index of a trace: which events it names, over many segments, and what is said of a changed one.

import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { at } from "../../src/event/field.ts";
import { filledOf, ROW_WIDTH, type Row } from "../../src/event/row.ts";
import { type KindName, kindNames } from "../../src/event/vocabulary.ts";
import { prove } from "../../src/library/prove.ts";
import { migrate } from "../../src/store/create.ts";
import { SEGMENT } from "../../src/store/posting-bytes.ts";
import { lists, PostingReader, PostingWriter } from "../../src/store/postings.ts";
import { TraceReader } from "../../src/store/read.ts";
import { busyTrace } from "../replay/busy.ts";
import { storedAt } from "../replay/stored.ts";

/** A row of an event: its kind, and what fills its columns. */
function rowOf(kind: KindName, cells: { subject?: number; phys?: number; size?: number }): Row {
  const row = Array<number | null>(ROW_WIDTH).fill(null);
  row[at.kind] = kindNames.indexOf(kind);
  for (const [column, value] of Object.entries(cells)) row[at[column as "subject"]] = value;
  return row;
}

/** The index of so many events, of which those by their numbers are these rows; the others change nothing. */
async function indexOf(count: number, rows: { readonly [seq: number]: Row }) {
  const database = new Sqlite(":memory:");
  database.exec("BEGIN");
  await migrate(database);
  const writer = new PostingWriter(database, kindNames);
  const other = rowOf("op.began", { subject: 1 });
  for (let seq = 1; seq <= count; seq++) {
    const row = rows[seq] ?? other;
    writer.see(seq, row, 0, filledOf(row));
  }
  writer.end();
  const reader = new PostingReader(database);
  return (
    [list, first, last, step]: readonly [keyof typeof lists, number, number, number],
    [from, to]: readonly [number, number] = [1, count],
    backwards = false,
  ) => [
    ...reader.seqs(
      { list: lists[list], first, last, step },
      { from, to, backwards, isAll: from === 1 && to === count && !backwards },
    ),
  ];
}

describe("the events that change a subject", async () => {
  const changes = (subject: number, size?: number) =>
    rowOf("page.allocated", { subject, ...(size === undefined ? {} : { size }) });
  const ends = [
    1,
    SEGMENT - 1,
    SEGMENT,
    SEGMENT + 1,
    2 * SEGMENT - 1,
    2 * SEGMENT,
    2 * SEGMENT + 9,
  ];
  const index = await indexOf(2 * SEGMENT + 10, {
    ...Object.fromEntries(ends.map((seq) => [seq, changes(40)])),
    5: changes(41),
    7: changes(48, 4096),
    9: changes(48, 4097),
    11: changes(2 ** 45),
    13: rowOf("gatt.read", { subject: 40 }),
    15: rowOf("attribute.changed", { phys: 0x3000, size: 4096 }),
    17: rowOf("attribute.changed", { phys: 0x2000, size: 8192 }),
    19: rowOf("p2m.set", {}),
  });

  test("are found in order, whichever segments they lie in", () => {
    expect(index(["change", 40, 40, 1])).toEqual(ends);
  });

  test("are found newest first", () => {
    expect(index(["change", 40, 40, 1], undefined, true)).toEqual(ends.toReversed());
  });

  test("are found from one number to another, both included", () => {
    expect(index(["change", 40, 40, 1], [SEGMENT - 1, 2 * SEGMENT])).toEqual(ends.slice(1, -1));
    expect(index(["change", 40, 40, 1], [SEGMENT, SEGMENT])).toEqual([SEGMENT]);
    expect(index(["change", 40, 40, 1], [SEGMENT + 2, 2 * SEGMENT - 2])).toEqual([]);
  });

  test("are found for a range of subjects, every so many of them, in the order of events", () => {
    expect(index(["change", 40, 48, 8])).toEqual([1, 7, 9, ...ends.slice(1)]);
    expect(index(["change", 40, 48, 1])).toEqual([1, 5, 7, 9, ...ends.slice(1)]);
  });

  test("are found by numbers beyond 32 bits", () => {
    expect(index(["change", 2 ** 45, 2 ** 45, 1])).toEqual([11]);
  });

  test("are in a list of their own where they are about more than a page", () => {
    expect(index(["changeWide", 0, 100, 1])).toEqual([9]);
  });

  test("are named by the address where a page's attributes change", () => {
    expect(index(["attribute", 0, 0x3000, 1])).toEqual([15, 17]);
    expect(index(["attribute", 0x2001, 0x3000, 1])).toEqual([15]);
    expect(index(["attributeWide", 0, 0x3000, 1])).toEqual([17]);
  });
});

test("thousands of events of some subjects are each found, and those of others are not", async () => {
  const subjects = [90, 3, 40];
  const rows = Array.from({ length: 3000 }, (_, i) =>
    rowOf("page.allocated", { subject: subjects[i % 3]! }),
  );
  const index = await indexOf(3000, Object.fromEntries(rows.map((row, i) => [i + 1, row])));
  for (const [i, subject] of subjects.entries())
    expect(index(["change", subject, subject, 1])).toEqual(
      Array.from({ length: 1000 }, (_, n) => 3 * n + i + 1),
    );
  expect(index(["change", 41, 41, 1])).toEqual([]);
});

test("an event about a page at most is in no list of those about more", async () => {
  const sized = (size?: number) =>
    rowOf("page.allocated", { subject: 40, ...(size === undefined ? {} : { size }) });
  const index = await indexOf(3, { 1: sized(4096), 2: sized(4097), 3: sized() });
  expect(index(["changeWide", 40, 40, 1])).toEqual([2]);
});

test("what only looks at a subject, and what begins or ends an op, is not in the index", async () => {
  const kinds: KindName[] = ["gatt.read", "op.began", "op.ended", "gatt.written"];
  const rows = kinds.map((kind) => rowOf(kind, { subject: 40 }));
  const index = await indexOf(4, Object.fromEntries(rows.map((row, i) => [i + 1, row])));
  expect(index(["change", 40, 40, 1])).toEqual([4]);
});

describe("the events of a subject that changes rarely", async () => {
  const database = new Sqlite(":memory:");
  database.exec("BEGIN");
  await migrate(database);
  const insert = database.prepare(
    "INSERT INTO posting (segment, list, subject, lists) VALUES (?, 0, ?, x'00020502')",
  );
  for (const segment of [0, 3, 4, 90, 400]) insert.run(segment, 7);
  insert.run(5, 8);
  const reader = new PostingReader(database);
  const looked = (from: number, to: number, backwards = false, isAll = false) =>
    reader.seqs({ list: lists.change, first: 7, last: 7, step: 1 }, { from, to, backwards, isAll });
  const seqs = (...asked: Parameters<typeof looked>) => [...looked(...asked)];
  const all = [0, 3, 4, 90, 400].flatMap((segment) => [
    segment * SEGMENT + 5,
    segment * SEGMENT + 7,
  ]);
  const end = 401 * SEGMENT - 1;

  test("are found in order, however many segments have none between them", () => {
    expect(seqs(1, end)).toEqual(all);
    expect(seqs(1, end, false, true)).toEqual(all);
    expect(seqs(6, end)).toEqual(all.slice(1));
    expect(seqs(1, 400 * SEGMENT + 6)).toEqual(all.slice(0, -1));
    expect(seqs(5 * SEGMENT, 90 * SEGMENT)).toEqual([]);
  });

  test("are found newest first, and the newest without looking at those before", () => {
    expect(seqs(1, end, true)).toEqual(all.toReversed());
    database.exec("UPDATE posting SET lists = x'000180' WHERE segment = 90");
    const [first] = looked(1, end, true);
    expect(first).toBe(all.at(-1));
    expect(() => seqs(1, end, true)).toThrow("a list is cut");
  });
});

describe("an index that somebody changed is told", () => {
  const changes = {
    "a row is gone": "DELETE FROM posting WHERE rowid_ = 1",
    "a list has another event": "UPDATE posting SET lists = x'000102' WHERE rowid_ = 1",
    "a row is there of no event":
      "INSERT INTO posting SELECT segment, list, subject + 10000000, lists FROM posting WHERE rowid_ = 1",
  };
  const first = "(segment, list, subject) = (SELECT segment, list, subject FROM posting LIMIT 1)";
  const said = "its index is not that of its events; 'gartrace index --force' makes it anew";

  test.each(Object.entries(changes))("%s", async (_, change) => {
    const path = await storedAt(busyTrace(), 32);
    const database = new Sqlite(path);
    database.exec(change.replace("rowid_ = 1", first));
    database.close();
    const trace = TraceReader.open(path);
    expect(prove(trace, () => {}).file).toEqual([said]);
    trace.close();
  });

  test("and one that nobody changed is not", async () => {
    const trace = TraceReader.open(await storedAt(busyTrace(), 32));
    expect(prove(trace, () => {}).file).toEqual([]);
    trace.close();
  });
});
