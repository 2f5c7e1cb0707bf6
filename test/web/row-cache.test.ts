// row-cache.test.ts - which rows of a trace the page has, and which are still to be asked for.

import { expect, test } from "vitest";
import type { Row } from "../../src/answer/shapes.ts";
import { RowCache } from "../../src/web/row-cache.ts";
import type { Source } from "../../src/web/source.ts";

const rowOf = (seq: number): Row => ({
  ...{ seq, op: 0, kind: "cpu.read", actor: "cpu", place: null, says: "", verdict: null },
  ...{ wrong: false, check: null, root: null, thing: null },
});
const rowsOf = (from: number, to: number): Row[] =>
  Array.from({ length: to - from + 1 }, (_, i) => rowOf(from + i));

function cache() {
  const asked: string[] = [];
  const source: Source = {
    json: async (name, { from, to }) => {
      asked.push(`${name} ${from} to ${to}`);
      return { rows: rowsOf(Number(from), Number(to)), from, to };
    },
    bytes: () => Promise.reject(new Error("nobody asks")),
    seqs: () => null,
  };
  return { rows: new RowCache(source, "a", false, () => {}), asked };
}

test("rows that are expected are asked for by nobody else, and are there once they are taken", () => {
  const { rows, asked } = cache();
  const range = rows.missingAround(1000)!;
  expect(range.from).toBeLessThanOrEqual(984);
  expect(range.to).toBeGreaterThanOrEqual(1016);
  rows.expect(range);
  expect(rows.row(1000)).toBeNull();
  expect(asked).toEqual([]);
  rows.take(range, rowsOf(range.from, range.to));
  expect(rows.row(1000)).toEqual(rowOf(1000));
  expect(rows.missingAround(1000)).toBeNull();
});

test("rows that did not come are asked for when somebody needs them", async () => {
  const { rows, asked } = cache();
  const range = rows.missingAround(1)!;
  rows.expect(range);
  rows.take(range, []);
  expect(rows.has(1)).toBe(false);
  expect(rows.row(1)).toBeNull();
  expect(rows.row(2)).toBeNull();
  expect(asked).toHaveLength(1);
  await expect.poll(() => rows.row(2)).toEqual(rowOf(2));
});
