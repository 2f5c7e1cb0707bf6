// event-insert.test.ts - rows that are laid out as pages here are the rows that SQLite would have made of the same numbers.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Database } from "better-sqlite3";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { columns } from "../../src/event/field.ts";
import { putFar, ROW_WIDTH, WITHIN } from "../../src/event/row.ts";
import { createFile } from "../../src/store/create.ts";
import { EventInsert } from "../../src/store/event-insert.ts";
import { about, freshPath } from "./sample.ts";

/** A row: what each column holds, null for nothing; from 2^53 on a bus address is a bigint. */
type Filled = readonly (number | bigint | null)[];

const [SEQ, KIND, BUS] = [columns.indexOf("seq"), columns.indexOf("kind"), columns.indexOf("bus")];

async function fileAt(path: string): Promise<Database> {
  const database = await createFile(path, about, { force: true });
  onTestFinished(() => {
    if (database.open) database.close();
  });
  return database;
}

/** Cells and masks as a recording has them. */
function cellsOf(rows: readonly Filled[]): [Float64Array, Int32Array] {
  const cells = new Float64Array(rows.length * ROW_WIDTH);
  const filled = rows.map((row, i) => {
    for (const [column, value] of row.entries())
      if (typeof value === "bigint") putFar(cells as never, i * ROW_WIDTH, value);
      else if (value !== null) cells[i * ROW_WIDTH + column] = value;
    const mask = row.reduce<number>((bits, value, at) => bits | (Number(value !== null) << at), 0);
    return mask | (Number(typeof row[BUS] === "bigint") << WITHIN);
  });
  return [cells, Int32Array.from(filled)];
}

/** In transactions of so many rows; gives the table as it is then, and what SQLite itself makes of the same rows. */
async function both(rows: readonly Filled[], together: number) {
  const [path, bound] = [freshPath(), await fileAt(freshPath())];
  const laid = await fileAt(path);
  const insert = new EventInsert(laid, path);
  const [cells, filled] = cellsOf(rows);
  for (let from = 0; from < rows.length; from += together) {
    const count = Math.min(together, rows.length - from);
    laid.exec("BEGIN");
    insert.add(Number(rows[from]![SEQ]), cells, filled, from, count);
    insert.flush();
    laid.exec("COMMIT");
  }
  insert.close();
  const row = bound.prepare(`INSERT INTO event VALUES (${columns.map(() => "?").join(", ")})`);
  bound.exec("BEGIN");
  for (const values of rows)
    row.run(values.map((value) => (typeof value === "bigint" ? BigInt.asIntN(64, value) : value)));
  bound.exec("COMMIT");
  expect(laid.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
  return [laid, bound].map(
    (database): Stored => ({
      rows: database.prepare("SELECT * FROM event").safeIntegers().raw().all(),
      bytes: database
        .prepare("SELECT sum(payload) FROM dbstat WHERE name = 'event'")
        .pluck()
        .get() as number,
    }),
  );
}
interface Stored {
  readonly rows: readonly unknown[];
  readonly bytes: number;
}

const numbered = (rows: readonly Filled[]): Filled[] =>
  rows.map((row, i) => row.map((value, at) => (at === SEQ ? i + 1 : value)));

/** What SQLite stores of some rows, each without the nulls at its end, which take a byte each. */
const trimmed = (stored: Stored, rows: readonly Filled[]): Stored => ({
  rows: stored.rows,
  bytes:
    stored.bytes -
    rows.reduce(
      (sum, row) => sum + row.length - 1 - row.findLastIndex((value) => value !== null),
      0,
    ),
});

test("every width of every column is stored as SQLite stores it, but for nulls at the end of a row", async () => {
  const edges = [7, 8, 15, 16, 23, 24, 31, 32, 47, 48, 52].flatMap((bits) =>
    [2 ** bits - 1, 2 ** bits, 2 ** bits + 1].flatMap((edge) => [edge, -edge]),
  );
  const values = [0, -0, 1, 2, -1, 127, 128, -128, -129, ...edges];
  const rows = numbered([
    ...values.map((value) => columns.map(() => value)),
    ...columns.map((_, filled) =>
      columns.map((_, at) => (at === KIND || at === filled ? 5 : null)),
    ),
    ...[2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n].map((far) =>
      columns.map((_, at) => (at === BUS ? far : at === KIND ? 1 : null)),
    ),
  ]);
  const [laid, bound] = await both(rows, 50);
  expect(laid).toEqual(trimmed(bound!, rows));
});

const value = fc.oneof(
  fc.constant(null),
  fc.nat(3),
  fc.maxSafeInteger(),
  fc.integer({ min: -70_000, max: 70_000 }),
);
const someRow = fc
  .tuple(...columns.map(() => value))
  .map((row): Filled => row.map((cell, at) => (at === KIND ? (cell ?? 0) : cell)));

test("rows of one page and of many come out as they went in, in however many transactions", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someRow, { minLength: 1, maxLength: 40 }),
      fc.nat(60),
      async (some, more) => {
        const rows = numbered(
          Array.from({ length: some.length * (1 + more) }, (_, i) => some[i % some.length]!),
        );
        for (const together of [rows.length, 7 + more]) {
          const [laid, bound] = await both(rows, together);
          expect(laid).toEqual(trimmed(bound!, rows));
        }
      },
    ),
    { numRuns: 8 },
  );
});

test("a leaf that fills up is followed by another, and a transaction of a thousand leaves is one table", async () => {
  const wide = columns.map(() => 2 ** 50);
  const rows = numbered(Array.from({ length: 20_000 }, () => wide));
  const [laid, bound] = await both(rows, 16_384);
  expect(laid).toEqual(trimmed(bound!, rows));
});

test("nothing lies beside the trace, from the first row on", async () => {
  const path = freshPath();
  const database = await fileAt(path);
  const insert = new EventInsert(database, path);
  expect(readdirSync(dirname(path)).filter((name) => name.endsWith(".rows"))).toEqual([]);
  insert.close();
  database.close();
  expect(existsSync(path)).toBe(true);
});

test("where no file can be made beside the trace, that is what is said", async () => {
  const path = freshPath();
  const database = await fileAt(path);
  rmSync(dirname(path), { recursive: true });
  expect(() => new EventInsert(database, join(dirname(path), "run.gart"))).toThrow("ENOENT");
});
