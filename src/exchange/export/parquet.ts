// parquet.ts - the public view `events` as Apache Parquet, for DuckDB, ClickHouse, Spark and the like.
//
// The columns are those of the view, typed: an address is an unsigned 64-bit number instead of its
// hexadecimal text, `value` a signed one. A row group is written as soon as it is full.

import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { assert } from "../../fault.ts";
import type { Cell } from "../../store/query.ts";
import { VERSION } from "../../version.ts";
import type { ExportFormat } from "./format.ts";
import { viewOf } from "./view.ts";

/** Rows to a group: readers share out work by groups, and each column's group lies in memory once. */
const ROWS = 16384;

const number = { type: "INT64" } as const;
const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
const address = { type: "INT64", converted_type: "UINT_64" } as const;

const types: { readonly [column: string]: Omit<SchemaElement, "name"> } = {
  seq: { ...number, repetition_type: "REQUIRED" },
  op: number,
  kind: { ...text, repetition_type: "REQUIRED" },
  actor: text,
  place: text,
  at: number,
  cause: number,
  what: text,
  subject: text,
  virt: address,
  phys: address,
  machine: address,
  bus: address,
  reached: address,
  size: number,
  value: number,
  high: number,
  text,
  verdict: text,
};

export const parquet: ExportFormat = {
  name: "parquet",
  traces: 1,
  binary: true,
  *pieces([trace]) {
    const { columns, rows } = viewOf(trace!);
    const schema = columns.map((name): SchemaElement => {
      const type = types[name];
      assert(type !== undefined, () => `the view's column ${name} has no type in Parquet`);
      return { repetition_type: "OPTIONAL", ...type, name };
    });
    const bytes = new ByteWriter();
    const writer = new ParquetWriter({
      writer: bytes,
      schema: [{ name: "events", num_children: schema.length }, ...schema],
      createdBy: `gartrace version ${VERSION}`,
    });
    for (const columnData of groupsOf(schema, rows)) {
      isDone(writer.write({ columnData, rowGroupSize: ROWS }));
      yield taken(bytes);
    }
    isDone(writer.finish());
    yield taken(bytes);
  },
};

/** A writer whose bytes stay in memory has nothing to wait for. */
const isDone = (written: void | Promise<void>): void =>
  assert(!(written instanceof Promise), () => "Parquet is written behind our back");

/** The rows column by column, a group at a time; the columns are good until the next group is asked for. */
function* groupsOf(
  schema: readonly SchemaElement[],
  rows: Iterable<readonly Cell[]>,
): Generator<ColumnSource[]> {
  const columns = schema.map(({ name, type }) => ({
    name,
    data: [] as Cell[],
    isNumber: type === "INT64",
  }));
  let filled = 0;
  for (const row of rows) {
    for (let i = 0; i < columns.length; i++) {
      const { data, isNumber } = columns[i]!;
      data[filled] = isNumber ? whole(row[i]!) : row[i]!;
    }
    if (++filled < ROWS) continue;
    yield columns as ColumnSource[];
    filled = 0;
  }
  if (filled === 0) return;
  for (const { data } of columns) data.length = filled;
  yield columns as ColumnSource[];
}

/** A hexadecimal or decimal text of the view as the number that it stands for. */
const whole = (cell: Cell): Cell => (typeof cell === "string" ? BigInt(cell) : cell);

/** What has been written since the last time; offsets in the file go on counting. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = bytes.getBytes().slice();
  bytes.index = 0;
  return piece;
}
