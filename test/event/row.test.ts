// row.test.ts - every kind of event survives its row in the store.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gattIndex, machine, pfn, phys } from "../../src/address.ts";
import { columns } from "../../src/event/field.ts";
import {
  canHaveTexts,
  encodeRow,
  FunctionNames,
  filledOf,
  ROW_WIDTH,
  type Row,
  RowReader,
  textsOf,
} from "../../src/event/row.ts";
import { actors, type Event, kindNames, type Recorded } from "../../src/event/vocabulary.ts";
import { DamagedTrace } from "../../src/fault.ts";
import { recordedOf } from "./generated.ts";

const blank = (rows = 1): Row => Array<null>(ROW_WIDTH * rows).fill(null);

/** The row of an event, by column. */
function rowOf(event: Event, op = -1): { [column: string]: number | null } {
  const row = blank();
  encodeRow(row, 0, 1, op, event, new FunctionNames());
  return Object.fromEntries(columns.map((name, i) => [name, row[i]!]));
}

/** There and back, as the store does it; the row lies somewhere in a longer batch. */
function throughRow({ seq, op, event }: Recorded): Recorded {
  const places = new FunctionNames();
  const batch = blank(3);
  encodeRow(batch, ROW_WIDTH, seq, op, event, places);
  for (const row of [batch.slice(0, ROW_WIDTH), batch.slice(-ROW_WIDTH)])
    expect(row).toEqual(blank());
  const reader = new RowReader({ kinds: kindNames, actors, places: places.names });
  return reader.decode(batch.slice(ROW_WIDTH, 2 * ROW_WIDTH), textsInStore(event));
}

/** What the store gives back: the two halves of an op are one row of it. */
function textsInStore(event: Event) {
  const { note, op } = textsOf(event);
  const whole = op && { ...op, arguments: op.arguments || "{}", result: op.result ?? "{}" };
  return { note, op: whole };
}

describe.each(kindNames)("%s", (kind) => {
  test("comes back from its row as it was, whatever it says", () => {
    fc.assert(
      fc.property(recordedOf(kind), (recorded) => {
        expect(throughRow(recorded)).toEqual(recorded);
      }),
    );
  });

  test("tells which columns it fills, puts whole numbers there and leaves the others alone", () => {
    fc.assert(
      fc.property(recordedOf(kind), ({ seq, op, event }) => {
        const row = blank();
        const filled = encodeRow(row, 0, seq, op, event, new FunctionNames());
        for (const [i, value] of row.entries()) {
          const isFilled = Math.floor(filled / 2 ** i) % 2 === 1;
          const isWhole =
            Number.isSafeInteger(value) || (columns[i] === "bus" && Number.isInteger(value));
          expect(isFilled ? isWhole : value === null, columns[i]).toBe(true);
        }
      }),
    );
  });
});

describe("a row", () => {
  const written = {
    kind: "gatt.written",
    actor: "driver",
    place: "agp_generic_insert_memory",
    cause: 12,
    entry: gattIndex(0x42),
    word: 0x51f3017,
    phys: phys(0x0abcd000),
    machine: machine(0x51f3000),
  } as const;

  test("keeps the subject as its number times 16 and its family", () => {
    expect(rowOf(written).subject).toBe(0x426);
  });

  test("has a null in every column that the event says nothing of", () => {
    const nulls = Object.entries(rowOf(written)).filter(([, value]) => value === null);
    expect(nulls.map(([column]) => column)).toEqual([
      "op",
      "at",
      "virt",
      "bus",
      "reached",
      "size",
      "high",
    ]);
  });

  test("takes a null and a field that is missing for the same", () => {
    expect(rowOf({ ...written, bus: null, at: null, high: null })).toEqual(rowOf(written));
  });

  test("keeps words above 2^51 to the last bit", () => {
    const word = 2 ** 52 - 1;
    const recorded = { seq: 13, op: -1, event: { ...written, word, high: 0xfff } };
    expect(rowOf(recorded.event).value).toBe(word);
    expect(throughRow(recorded)).toEqual(recorded);
  });

  test("keeps an errno negative", () => {
    const event = { kind: "call.returned", actor: "driver", result: -12 } as const;
    expect(rowOf(event).value).toBe(-12);
    expect(throughRow({ seq: 1, op: 3, event }).event).toEqual(event);
  });

  test("keeps two names in one column: who gives the pages, and for what", () => {
    const event = {
      kind: "page.allocated",
      actor: "kernel",
      allocation: pfn(0x1230),
      by: "__get_free_pages",
      use: "agp",
      size: 4096,
    } as const;
    expect(rowOf(event).value).toBe(1 + 3 * 256);
    expect(throughRow({ seq: 1, op: -1, event }).event).toEqual(event);
  });
});

test("the columns that a row fills are told by its nulls, the first and the last alike", () => {
  expect(filledOf([1, null, 0, null])).toBe(0b0101);
  expect(filledOf([null, null, null, 7])).toBe(0b1000);
});

test("ops, calls, messages, DMA calls, requests, faults, hypercalls and writes outside the table can say more than stands in their row", () => {
  const withTexts = kindNames.filter((_, code) => canHaveTexts[code]);
  expect([...new Set(withTexts.map((kind) => kind.split(".")[0]))]).toEqual([
    ...["op", "call", "message", "hypercall", "dma", "outside", "request", "fault", "events"],
  ]);
  expect(withTexts).not.toContain("request.mapped");
});

test("a row of another program's making is refused with its seq", () => {
  const reader = new RowReader({ kinds: ["op.began", "none.such"], actors, places: [] });
  const row = (kind: number) => {
    const values = blank();
    values[columns.indexOf("seq")] = 7;
    values[columns.indexOf("kind")] = kind;
    values[columns.indexOf("actor")] = 0;
    values[columns.indexOf("subject")] = 0;
    return values;
  };
  for (const [kind, what] of [
    [1, "column kind: 1 is there, and not a kind that the trace lists"],
    [2, "column kind: 2 is there, and not a kind that the trace lists"],
    [0, "column subject: 0 is there, and not an op that the trace holds"],
  ] as const)
    expect(() => reader.decode(row(kind), {})).toThrow(
      new DamagedTrace(`damaged or changed: event #7, ${what}; 'gartrace verify' tells more`),
    );
});

test("a place has one code, given out at first sight", () => {
  const places = new FunctionNames();
  const codes = ["ioremap", "agp_bind_memory", "ioremap"].map((name) => places.codeOf(name));
  expect(codes).toEqual([0, 1, 0]);
  expect(places.names).toEqual(["ioremap", "agp_bind_memory"]);
});

test("a reader goes by the trace's own lists of names, in whatever order they are", () => {
  const kinds = [...kindNames].reverse();
  const row = blank();
  const flush = { kind: "tlb.flushed", actor: "chipset", which: "gart" } as const;
  encodeRow(row, 0, 1, -1, flush, new FunctionNames());
  row[columns.indexOf("kind")] = kinds.indexOf("tlb.flushed");
  row[columns.indexOf("actor")] = 0;
  const reader = new RowReader({ kinds, actors: ["chipset"], places: [] });
  expect(reader.decode(row, {}).event).toEqual(flush);
});

describe("the texts of an event", () => {
  test.each([
    [{ kind: "message.logged", level: "err", text: "no table" }, { note: "no table" }],
    [{ kind: "message.logged", level: "err", text: null }, {}],
    [{ kind: "tlb.flushed", which: "gart" }, {}],
    [
      { kind: "op.began", op: 0, name: "bind", arguments: { slot: 1 } },
      { op: { name: "bind", arguments: '{"slot":1}', result: null } },
    ],
    [
      { kind: "op.ended", op: 0, result: { ret: -22 } },
      { op: { name: "", arguments: "", result: '{"ret":-22}' } },
    ],
  ])("are its note, or what its op was asked for and gave: %j", (event, texts) => {
    expect(textsOf(event as unknown as Event)).toEqual(texts);
  });
});
