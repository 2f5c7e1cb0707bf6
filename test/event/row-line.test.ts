// row-line.test.ts - a row's line is the line of its event, or is left to whoever reads the event.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columns, families, SUBJECT_FAMILIES } from "../../src/event/field.ts";
import { toLine } from "../../src/event/line.ts";
import {
  canHaveTexts,
  encodeRow,
  FunctionNames,
  ROW_WIDTH,
  type Row,
  RowReader,
} from "../../src/event/row.ts";
import { RowLines } from "../../src/event/row-line.ts";
import { TextBytes } from "../../src/event/text-bytes.ts";
import { actors, kindNames, type Recorded } from "../../src/event/vocabulary.ts";
import { recordedOf } from "./generated.ts";

const PLACES = ["agp_generic_insert_memory", 'a\n"b" é', ""];
const names = { kinds: kindNames, actors, places: PLACES };
const reader = new RowReader(names);

/** The line of a row; null where it is left. */
function lineOf(row: Row, virtBase = 0n): string | null {
  const text = new TextBytes();
  const isWritten = new RowLines(text, names, virtBase).add(row);
  const line = Buffer.from(text.take()).toString();
  expect(line === "").toBe(!isWritten);
  return isWritten ? line : null;
}

/** As the file gives it: a byte in a far page stands behind the columns, and nothing where there is none. */
function rowOf({ seq, op, event }: Recorded): Row {
  const places = new FunctionNames();
  for (const place of PLACES) places.codeOf(place);
  const row = Array<number | null>(ROW_WIDTH).fill(null);
  encodeRow(row, 0, seq, op, event, places);
  return row[columns.length] === null ? row.slice(0, columns.length) : row;
}

const isPlain = ({ event }: Recorded): boolean =>
  !canHaveTexts[kindNames.indexOf(event.kind)] &&
  typeof (event as { bus?: unknown }).bus !== "bigint" &&
  !((event as { handle?: number }).handle! >= 2 ** 48);

describe.each(kindNames)("of %s", (kind) => {
  const base = fc.constantFrom(0n, 0xc0000000n, 0xffff800000000000n, 2n ** 63n + 0xffffffffn);

  test("the line is that of the event, wherever the kernel's addresses begin", () => {
    fc.assert(
      fc.property(recordedOf(kind), base, (recorded, virtBase) => {
        const place = recorded.event.place === undefined ? {} : { place: PLACES[1]! };
        const whole = { ...recorded, event: { ...recorded.event, ...place } };
        const line = lineOf(rowOf(whole), virtBase);
        if (isPlain(whole) && virtBase < 2n ** 63n) expect(line).not.toBeNull();
        if (canHaveTexts[kindNames.indexOf(kind)]) expect(line).toBeNull();
        if (line !== null) expect(line).toBe(`${toLine(whole, virtBase)}\n`);
      }),
    );
  });

  test("a row that no recorder wrote is left, unless its event can be read all the same", () => {
    const cell = fc.oneof(
      fc.constantFrom(null, -1, 0.5, 2 ** 53, 255, 256, SUBJECT_FAMILIES),
      fc.constantFrom(...families.keys()),
      fc.nat(),
    );
    // The number of an event is the key of its row.
    const column = fc.constantFrom(...columns.keys()).filter((at) => columns[at] !== "seq");
    fc.assert(
      fc.property(recordedOf(kind), column, cell, (recorded, at, value) => {
        const row = rowOf(recorded).with(at, value);
        const line = lineOf(row);
        if (line !== null) expect(line).toBe(`${toLine(reader.decode(row, {}), 0n)}\n`);
      }),
      { numRuns: 300 },
    );
  });
});

test("a row of an op has its number, and one of none has none", () => {
  const row = rowOf({ seq: 3, op: 7, event: { kind: "tlb.flushed", actor: "cpu", which: "cpu" } });
  const rest = '"kind":"tlb.flushed","actor":"cpu","which":"cpu"}\n';
  expect(lineOf(row)).toBe(`{"seq":3,"op":7,${rest}`);
  expect(lineOf(row.with(columns.indexOf("op"), null))).toBe(`{"seq":3,${rest}`);
});

test("kinds, actors and functions that the trace does not name are left", () => {
  const row = rowOf({ seq: 3, op: 7, event: { kind: "tlb.flushed", actor: "cpu", which: "cpu" } });
  for (const column of ["kind", "actor", "place"] as const)
    expect(lineOf(row.with(columns.indexOf(column), 200))).toBeNull();
});
