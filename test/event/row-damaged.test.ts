// row-damaged.test.ts - a row that no recorder wrote is told its event, its column and what is there.

import { describe, expect, test } from "vitest";
import { columns, type Field, families, SUBJECT_FAMILIES } from "../../src/event/field.ts";
import {
  encodeRow,
  FunctionNames,
  ROW_WIDTH,
  type Row,
  RowReader,
  textsOf,
} from "../../src/event/row.ts";
import { actors, declarationOf, type Event, kindNames } from "../../src/event/vocabulary.ts";
import { DamagedTrace } from "../../src/fault.ts";
import { sampleOf } from "./generated.ts";

const isInColumn = ({ in: storage }: Field): boolean =>
  (columns as readonly string[]).includes(storage);
const blank = (): Row => Array<null>(ROW_WIDTH).fill(null);
/** What the store gives back of an op: both halves are one row of it. */
const textsInStore = (event: Event) => {
  const { note, op } = textsOf(event);
  return { note, op: op && { ...op, arguments: op.arguments || "{}", result: op.result ?? "{}" } };
};

describe.each(kindNames)("of %s", (kind) => {
  const fields = Object.entries(declarationOf(kind).fields);
  const { seq, event } = sampleOf(kind);

  test("a damaged row is told which column has what it cannot have", () => {
    const places = new FunctionNames();
    const reader = new RowReader({ kinds: kindNames, actors, places: places.names });
    const row = blank();
    encodeRow(row, 0, seq, 0, event, places);
    const trouble = (column: string, value: number | null): string => {
      const damaged = row.with(columns.indexOf(column as "seq"), value);
      try {
        reader.decode(damaged, textsInStore(event));
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedTrace);
        return (error as Error).message;
      }
      return "none";
    };
    for (const [name, field] of fields.filter(([, field]) => isInColumn(field))) {
      const { in: column, optional, names } = field;
      if (column !== "bus")
        expect(trouble(column, 0.5), name).toContain(
          "0.5 is there, and not a whole number below 2^53",
        );
      if (!optional)
        expect(trouble(column, null), name).toContain(
          "nothing is there, and not something that it",
        );
      if (field.range[0] === 0)
        expect(trouble(column, -1), name).toContain(
          `column ${column}: -1 is there, and not from 0 to`,
        );
      if (names !== null && field.unit === 1)
        expect(trouble(column, 255), name).toContain(
          `255 is there, and not the code of a known ${name}`,
        );
      if (field.family === null) continue;
      const stranger = (families.indexOf(field.family) + 1) % SUBJECT_FAMILIES;
      expect(trouble("subject", stranger), name).toContain(
        `${stranger} is there, and not of the family ${field.family}`,
      );
    }
  });
});

describe("a damaged row", () => {
  const event = {
    ...{ kind: "dma.mapped", actor: "kernel", direction: "coherent", size: 4096 },
    ...{ handle: 2n ** 60n + 5n, bus: 2n ** 60n + 5n, place: "dma_map_page" },
  } as unknown as Event;
  const places = new FunctionNames();
  const row = blank();
  encodeRow(row, 0, 7, 2, event, places);
  const reader = new RowReader({ kinds: kindNames, actors, places: places.names });
  const decode = (column: (typeof columns)[number], value: unknown) =>
    reader.decode(row.with(columns.indexOf(column), value as number | null), {});

  test.each([
    ["actor", actors.length, "8 is there, and not an actor that the trace lists"],
    ["place", 1, "1 is there, and not a function that the trace lists"],
    ["cause", 7, "7 is there, and not an event before it"],
    ["cause", -1, "-1 is there, and not an event before it"],
    ["op", -2, "-2 is there, and not an op"],
    ["bus", 0x1000, "4096 is there, and not the handle that its subject names"],
    ["bus", null, "nothing is there, and not the handle that its subject names"],
    ["bus", 2 ** 60 + 2 ** 30, "is there, and not the handle that its subject names"],
    ["bus", 0.5, "0.5 is there, and not a whole number below 2^53"],
    ["size", 2 ** 53, "9007199254740992 is there, and not a whole number below 2^53"],
  ] as const)("is told its column %s, with %j there", (column, value, says) => {
    expect(() => decode(column, value)).toThrow(DamagedTrace);
    expect(() => decode(column, value)).toThrow(`damaged or changed: event #7, column ${column}: `);
    expect(() => decode(column, value)).toThrow(says);
  });

  test("without cause, place and op is none: they may be missing", () => {
    expect(decode("cause", null).event).toEqual(event);
    expect(decode("cause", 0).event).toEqual({ ...event, cause: 0 });
    expect(decode("op", null).op).toBe(-1);
    expect(decode("place", null).event.place).toBeUndefined();
  });

  test("whose number is a long text is told its beginning", () => {
    const long = "x".repeat(99);
    expect(() => decode("size", long)).toThrow(`size: ${"x".repeat(40)} is there`);
  });

  test("of an op whose facts are damaged or missing is told which", () => {
    const op = { kind: "op.began", actor: "workload", op: 2, name: "bind", arguments: {} } as const;
    const ended = { kind: "op.ended", actor: "workload", op: 2, result: {} } as const;
    const opRow = (event: Event) => {
      const row = blank();
      encodeRow(row, 0, 7, 2, event, places);
      return row;
    };
    const texts = { name: "bind", arguments: "{}", result: "{}" };
    const read = (event: Event, change: object) =>
      reader.decode(opRow(event), { op: { ...texts, ...change } }).event;
    expect(read(op, {})).toEqual(op);
    expect(read(ended, {})).toEqual(ended);
    expect(() => read(op, { arguments: "{" })).toThrow("event #7, column op.arguments: ");
    expect(() => read(op, { arguments: "[]" })).toThrow("op.arguments: it is no record");
    expect(() => read(ended, { result: null })).toThrow(
      "event #7, column op.result: it is missing",
    );
    expect(() => reader.decode(opRow(ended), {})).toThrow("not an op that the trace holds");
  });
});
