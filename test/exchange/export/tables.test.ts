// tables.test.ts - CSV and Parquet hold what the public view `events` shows, value by value.

import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Recorded } from "../../../src/event/vocabulary.ts";
import { csv } from "../../../src/exchange/export/csv.ts";
import { jsonl } from "../../../src/exchange/export/jsonl.ts";
import { parquet } from "../../../src/exchange/export/parquet.ts";
import type { Cell } from "../../../src/store/query.ts";
import type { TraceReader } from "../../../src/store/read.ts";
import { TraceWriter } from "../../../src/store/write.ts";
import { inLine } from "../../../src/visible.ts";
import { changeAndSeal } from "../../store/changed.ts";
import { freshPath, reading } from "../../store/sample.ts";
import { fileOf, manyEvents, stored } from "../written.ts";

let trace: TraceReader;
let columns: readonly string[];
let rows: readonly (readonly Cell[])[];
beforeAll(async () => {
  trace = await stored(manyEvents());
  const view = trace.query("SELECT * FROM events ORDER BY seq");
  columns = view.columns;
  rows = [...view.rows];
  expect(rows.length).toBeGreaterThan(1000);
});
afterAll(() => trace.close());

/** The records of RFC 4180; null for an empty field without quotes. */
function recordsOf(text: string): (string | null)[][] {
  const records: (string | null)[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/gy;
  for (;;) {
    const match = field.exec(text);
    if (match === null) break;
    const [, quoted, bare, end] = match;
    records.at(-1)!.push(quoted?.replaceAll('""', '"') ?? (bare || null));
    if (end === "\n") records.push([]);
  }
  expect(records.pop()).toEqual([]);
  return records;
}

test("CSV has a line of names and then the view, what is not known apart from what is empty", () => {
  const text = fileOf(csv, [trace]).toString();
  const [names, ...records] = recordsOf(text);
  expect(names).toEqual(columns);
  const shown = (cell: unknown, i: number) =>
    columns[i] === "text" ? inLine(`${cell}`).replace(/^(?=[=+\-@])/, "'") : `${cell}`;
  expect(records).toEqual(
    rows.map((row) => row.map((cell, i) => (cell === null ? null : shown(cell, i)))),
  );
  expect(records.flat()).toContain("");
  expect(text).toMatch(/"[^"]*""/);
  expect(text).not.toMatch(/[^\n\x20-\u{10ffff}]/u);
});

test.each([
  ["\u001b[31m=1\r\n", "\\u001b[31m=1\\u000d\\n"],
  ["=1\t2", "'=1\\t2"],
  ["\t=1", "\\t=1"],
])("a cell of CSV obeys no terminal and is no formula: %j", async (text, cell) => {
  const [actor, place, level] = ["driver", "info", "info"] as const;
  const event = {
    kind: "message.logged",
    actor,
    place,
    level,
    text,
  } as unknown as Recorded["event"];
  const lines = await stored([{ seq: 1, op: -1, event }]);
  expect(fileOf(csv, [lines]).toString().split("\n")).toEqual([
    columns.join(","),
    expect.stringContaining(`,${cell},`),
    "",
  ]);
  lines.close();
});

const arrayBuffer = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

test("Parquet has the view's columns, addresses as unsigned and other numbers as signed ones", async () => {
  const file = arrayBuffer(fileOf(parquet, [trace]));
  const read = await parquetReadObjects({ file });
  const asView = read.map((object) =>
    columns.map((name) => {
      const value = object[name] as bigint | string | null;
      if (!hexadecimal.includes(name) || value === null) return value;
      return name === "value" && BigInt(value) < 0n ? `${value}` : `0x${value.toString(16)}`;
    }),
  );
  expect(asView).toEqual(rows);
  const { schema } = parquetMetadata(file);
  const types = new Map(schema.map(({ name, ...type }) => [name, type]));
  for (const name of ["virt", "phys", "machine", "bus", "reached"])
    expect(types.get(name)).toMatchObject({ type: "INT64", converted_type: "UINT_64" });
  expect(types.get("seq")).toMatchObject({ type: "INT64", repetition_type: "REQUIRED" });
  expect(types.get("kind")).toMatchObject({ type: "BYTE_ARRAY", converted_type: "UTF8" });
});
const hexadecimal = ["virt", "phys", "machine", "bus", "reached", "value"];

test("each column of Parquet has a unit, and each group its least and greatest values", () => {
  const { key_value_metadata: facts, row_groups: groups } = parquetMetadata(
    arrayBuffer(fileOf(parquet, [trace])),
  );
  expect(facts!.map(({ key }) => key)).toEqual(columns.map((name) => `unit.${name}`));
  expect(facts).toContainEqual({ key: "unit.at", value: "nanoseconds" });
  const bounds = new Map(
    groups[0]!.columns.map(({ meta_data: meta }) => [
      meta!.path_in_schema.join(),
      meta!.statistics!,
    ]),
  );
  expect(bounds.get("seq")).toMatchObject({ min_value: 1n, max_value: BigInt(rows.length) });
  const virts = rows.flatMap((row) => {
    const virt = row[columns.indexOf("virt")];
    return virt === null ? [] : [BigInt(virt as string)];
  });
  virts.sort((a, b) => Number(a > b) - Number(a < b));
  expect(bounds.get("virt")).toMatchObject({
    min_value: virts[0],
    max_value: virts.at(-1),
    null_count: BigInt(rows.length - virts.length),
  });
  const kinds = rows.map((row) => row[columns.indexOf("kind")] as string).sort();
  expect(bounds.get("kind")).toMatchObject({ min_value: kinds[0], max_value: kinds.at(-1) });
});

test("only what is wanted is written, with nothing else changed", async () => {
  const wanted = (_: unknown, { event }: Recorded) => event.kind === "gatt.written";
  const isWanted = (row: readonly Cell[]) => row[columns.indexOf("kind")] === "gatt.written";
  const file = Buffer.concat(
    [...parquet.pieces([trace], wanted)].map((piece) => Buffer.from(piece)),
  );
  const read = await parquetReadObjects({ file: arrayBuffer(file) });
  expect(read.map(({ seq }) => seq)).toEqual(rows.filter(isWanted).map(([seq]) => seq));
  const lines = Buffer.concat([...csv.pieces([trace], wanted)].map((piece) => Buffer.from(piece)));
  const [names, ...all] = fileOf(csv, [trace])
    .toString()
    .split(/(?<=\n)(?=\d+,)/);
  expect(lines.toString()).toBe(
    names + all.filter((line) => line.split(",")[2] === "gatt.written").join(""),
  );
});

test.each(["kind", "actor", "place"])(
  "an event of a %s that the trace does not list is refused",
  async (column) => {
    const path = freshPath();
    const writer = await TraceWriter.create(path, trace.about, { force: false });
    const event = { kind: "tlb.flushed", actor: "cpu", place: "flush", which: "cpu" } as const;
    for (let seq = 1; seq <= 3; seq++) writer.append(seq, -1, event);
    writer.finish();
    changeAndSeal(path, `UPDATE event SET ${column} = 200 WHERE seq = 2`);
    reading(path, (damaged) => {
      for (const format of [csv, parquet, jsonl])
        expect(() => fileOf(format, [damaged])).toThrow(`event #2, column ${column}: 200 is there`);
    });
  },
);

test("a kernel address of 64 bits stays whole in Parquet", async () => {
  const highest = rows.map((row) => row[columns.indexOf("virt")]).filter((virt) => virt !== null);
  expect(highest.some((virt) => BigInt(virt as string) >= 2n ** 63n)).toBe(true);
});

test("an empty trace is an empty table with all columns", async () => {
  const empty = await stored([]);
  expect(fileOf(csv, [empty]).toString()).toBe(`${columns.join(",")}\n`);
  const file = arrayBuffer(fileOf(parquet, [empty]));
  expect(parquetMetadata(file).num_rows).toBe(0n);
  expect(
    parquetMetadata(file)
      .schema.slice(1)
      .map(({ name }) => name),
  ).toEqual(columns);
  empty.close();
});

test("Parquet is written group by group: a long trace does not wait for its end", async () => {
  const count = 140_000;
  const long = await stored(
    Array.from({ length: count }, (_, i) => ({
      seq: i + 1,
      op: -1,
      event: { kind: "tlb.flushed", actor: "cpu", which: "cpu" } as const,
    })),
  );
  const pieces = [...parquet.pieces([long], null)].map(Buffer.from);
  expect(pieces).toHaveLength(5);
  const { row_groups } = parquetMetadata(arrayBuffer(Buffer.concat(pieces)));
  expect(row_groups.map(({ num_rows }) => num_rows)).toEqual([65536n, 65536n, 8928n]);
  long.close();
});
