// event-rows.test.ts - rows are the numbers that the table holds: whole, far or damaged, many at once or one.

import Sqlite from "better-sqlite3";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { columns } from "../../src/event/field.ts";
import { busIn } from "../../src/event/row.ts";
import { migrate } from "../../src/store/create.ts";
import { EventRows, stored } from "../../src/store/event-rows.ts";
import { build } from "../../src/store/schema.ts";

const BUS = columns.indexOf("bus");

/** A table of rows with these buses, in order, and what is read of it. */
async function read(buses: readonly (bigint | string | null)[], change = "") {
  const database = new Sqlite(":memory:");
  database.exec("BEGIN");
  await migrate(database);
  const insert = database.prepare("INSERT INTO event (seq, kind, bus) VALUES (?, 3, ?)");
  for (const [i, bus] of buses.entries())
    insert.run(i + 1, typeof bus === "bigint" ? stored(bus) : bus);
  database.exec(change);
  const between = build
    .selectFrom("event")
    .select(columns)
    .where(sql<boolean>`seq BETWEEN ${0} AND ${0}`)
    .orderBy("seq");
  const rows = new EventRows(database, between, columns);
  return {
    all: rows.all(1, buses.length),
    each: buses.map((_, i) => rows.get(i + 1, i + 1)),
    none: [rows.all(90, 99), rows.get(90, 99)] as const,
  };
}

test("of near addresses are the same at once and one by one, one number for each column", async () => {
  const { all, each, none } = await read([0n, 7n, null, 2n ** 53n - 1n]);
  expect(all).toEqual(each);
  expect(all.map((row) => row[BUS])).toEqual([0, 7, null, Number.MAX_SAFE_INTEGER]);
  expect(all.map((row) => [row.length, row[0], row[1], row[2]])).toEqual(
    [1, 2, 3, 4].map((seq) => [columns.length, seq, 3, null]),
  );
  expect(none).toEqual([[], undefined]);
});

test("of far addresses have all 64 bits, and those beside them are as they were", async () => {
  const buses = [5n, 2n ** 53n, 2n ** 63n - 1n, null, 2n ** 63n, 2n ** 64n - 1n, 2n ** 60n + 4095n];
  const { all, each } = await read(buses);
  expect(all).toEqual(each.map((row, i) => (i === 0 || i === 3 ? expect.anything() : row)));
  expect(all.map((row) => busIn(row))).toEqual([5, ...buses.slice(1)]);
  expect(all.map((row) => row.length)).toEqual(
    [0, 1, 1, 0, 1, 1, 1].map((far) => columns.length + far),
  );
});

test("that no JSON can hold are given as they are: whoever reads the event complains", async () => {
  const strict =
    "DROP VIEW events; CREATE TABLE loose AS SELECT * FROM event; DROP TABLE event; ALTER TABLE loose RENAME TO event; ";
  const { all } = await read([1n, 2n], `${strict} UPDATE event SET size = x'ff' WHERE seq = 2`);
  const size = columns.indexOf("size");
  expect(all.map((row) => row[size])).toEqual([null, Buffer.of(255)]);
  const { all: endless } = await read([1n], `${strict} UPDATE event SET size = 9e999`);
  expect(endless[0]![size]).toBe(Number.POSITIVE_INFINITY);
});

test("numbers are stored as SQLite's integers, in two's complement from 2^63 on", () => {
  expect([stored(7), stored(7n), stored(2n ** 63n - 1n)]).toEqual([7, 7n, 2n ** 63n - 1n]);
  expect([stored(2n ** 63n), stored(2n ** 64n - 1n)]).toEqual([-(2n ** 63n), -1n]);
});
