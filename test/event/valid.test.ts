// valid.test.ts - an event that a program made is right or is told its first flaw: which field, and what is wanted there.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Field } from "../../src/event/field.ts";
import { type Flaw, flawOf, MOST_BYTES } from "../../src/event/valid.ts";
import { declarationOf, type Event, type KindName, kindNames } from "../../src/event/vocabulary.ts";
import { recordedOf, sampleOf } from "./generated.ts";

const SEQ = 7;
const TOO_LARGE = 2 ** 53;

/** The flaw of an event that may be anything. */
const flaw = (event: unknown): Flaw | null => flawOf(event as Event, SEQ);
const fieldFlaw = (field: string, says: string): Flaw => ({ code: "ERR_EVENT_FIELD", field, says });
const rangeFlaw = (field: string, value: number | bigint, wanted: string): Flaw => ({
  code: "ERR_EVENT_RANGE",
  field,
  says: `${value} is out of range: ${wanted}`,
});

/** The flaw of each value that a field of this form cannot have. */
function flawsOf(name: string, field: Field): [value: unknown, flaw: Flaw][] {
  const wrong = (wanted: string, ...values: unknown[]): [unknown, Flaw][] =>
    values.map((value) => [value, fieldFlaw(name, `must be ${wanted}`)]);
  if (field.form === "name") return [["", fieldFlaw(name, "no such value ''")]];
  if (field.form === "text") return wrong("a string", 7, {});
  if (field.form === "facts")
    return wrong("an object of facts", "a=1", 7, [], { isSo: true }, { a: undefined });
  const [least, most] = field.range;
  const isEndless = most >= Number.MAX_SAFE_INTEGER || field.form === "handle";
  const wanted = isEndless ? `${least} or more` : `${least} to ${most}`;
  const outside = [
    ...(least > -Number.MAX_SAFE_INTEGER ? [least - 1] : []),
    ...(isEndless ? [] : [most + 1]),
  ];
  return [
    ...wrong("a number", "0x1000", {}, true),
    ...[0.5, TOO_LARGE, Number.NaN].map((value): [number, Flaw] => [
      value,
      rangeFlaw(name, value, "a whole number below 2^53"),
    ]),
    ...outside.map((value): [number, Flaw] => [value, rangeFlaw(name, value, wanted)]),
    ...(field.in === "bus" || field.form === "handle" ? [] : wrong("a number", 2n ** 60n)),
  ];
}

/** An event of a kind that says nothing of what is optional. */
function barest(kind: KindName): Event {
  const { event } = sampleOf(kind);
  const { fields } = declarationOf(kind);
  const isNeeded = ([name]: [string, unknown]) =>
    name === "kind" || name === "actor" || fields[name]?.optional === false;
  return Object.fromEntries(Object.entries(event).filter(isNeeded)) as unknown as Event;
}

describe.each(kindNames)("%s", (kind) => {
  const fields = Object.entries(declarationOf(kind).fields);
  const event = barest(kind);

  test("is right whatever it says by its declaration", () => {
    fc.assert(
      fc.property(recordedOf(kind), ({ seq, event }) => {
        expect(flawOf(event, seq)).toBeNull();
      }),
    );
  });

  test("is told which field is missing, and misses none that is optional", () => {
    for (const [name, { optional }] of fields)
      for (const nothing of [null, undefined])
        expect(flaw({ ...event, [name]: nothing }), name).toEqual(
          optional ? null : fieldFlaw(name, "is missing"),
        );
  });

  test("is told which field cannot be what it is", () => {
    for (const [name, field] of fields)
      for (const [value, expected] of flawsOf(name, field))
        expect(flaw({ ...event, [name]: value }), `${name} ${String(value)}`).toEqual(expected);
  });

  test("is told of a field that it does not have", () => {
    expect(flaw({ ...event, colour: null })).toMatchObject({
      code: "ERR_EVENT_FIELD",
      field: "colour",
      says: expect.stringContaining(`no field of ${kind} 'colour'`),
    });
  });
});

describe("an event", () => {
  const read = { kind: "device.read", actor: "card", bus: 0x1000 } as const;

  test.each([
    ["nothing at all", null, "kind", "no kind 'undefined'"],
    ["no kind", { actor: "card" }, "kind", "no kind 'undefined'"],
    ["a kind that is none", { ...read, kind: "eaten" }, "kind", "no kind 'eaten'"],
    [
      "a kind misspelt",
      { ...read, kind: "page.alocated" },
      "kind",
      "; did you mean page.allocated?",
    ],
    ["no actor", { ...read, actor: undefined }, "actor", "no actor 'undefined'"],
    [
      "an actor misspelt",
      { ...read, actor: "cardd" },
      "actor",
      "no actor 'cardd'; did you mean card?",
    ],
    ["a place that is no text", { ...read, place: 7 }, "place", "must be a string"],
    ["half a nanosecond", { ...read, at: 0.5 }, "at", "must be a whole number"],
    ["a time that is a text", { ...read, at: "12:00" }, "at", "must be a whole number"],
    ["a cause below 1", { ...read, cause: 0 }, "cause", "must be the number of an event"],
    ["half a cause", { ...read, cause: 1.5 }, "cause", "must be the number of an event"],
    ["itself for a cause", { ...read, cause: SEQ }, "cause", "event #7 does not come before this"],
    ["a later cause", { ...read, cause: 8 }, "cause", "does not come before this one, #7"],
    ["a field misspelt", { ...read, mashine: 1 }, "mashine", "; did you mean machine?"],
    ["a common field misspelt", { ...read, plaze: "f" }, "plaze", "; did you mean place?"],
  ])("with %s is told so", (_, event, field, says) => {
    expect(flaw(event)).toMatchObject({ field, says: expect.stringContaining(says) });
  });

  test("of no kind and one with a cause that is not before it have codes of their own", () => {
    expect(flaw({})!.code).toBe("ERR_EVENT_KIND");
    expect(flaw({ ...read, cause: 9 })!.code).toBe("ERR_EVENT_CAUSE");
    for (const change of [{ actor: "" }, { place: 1 }, { at: "" }, { cause: -1 }, { by: 1 }])
      expect(flaw({ ...read, ...change })!.code).toBe("ERR_EVENT_FIELD");
  });

  test("can say its place, its time and a cause before it, or that they are not known", () => {
    expect(flaw({ ...read, place: "", at: -5, cause: SEQ - 1 })).toBeNull();
    expect(flaw({ ...read, cause: 1 })).toBeNull();
    expect(flaw({ ...read, place: null, at: null, cause: null })).toBeNull();
  });

  test.each([
    [2n ** 53n, null],
    [2n ** 64n - 1n, null],
    [2n ** 53n - 1n, "a number below 2^53, or a bigint from there below 2^64"],
    [2n ** 64n, "a number below 2^53, or a bigint from there below 2^64"],
    [-1n, "a number below 2^53, or a bigint from there below 2^64"],
  ])("with %d for its bus address as a bigint is told where bigints are due", (bus, wanted) => {
    expect(flaw({ ...read, bus })).toEqual(wanted === null ? null : rangeFlaw("bus", bus, wanted));
  });

  test("has facts of numbers, texts, nothing, lists and objects, and of no others", () => {
    const ended = { kind: "op.ended", actor: "workload", op: 1 } as const;
    for (const fact of [0, -1.5, "", null, [], [true], {}, { a: { b: true } }])
      expect(flaw({ ...ended, result: { fact } }), JSON.stringify(fact)).toBeNull();
    for (const fact of [true, undefined, Number.NaN, Number.POSITIVE_INFINITY, 1n])
      expect(flaw({ ...ended, result: { good: 1, fact } }), String(fact)).toEqual(
        fieldFlaw("result", "must be an object of facts"),
      );
    expect(flaw({ ...ended, result: null })).toEqual(fieldFlaw("result", "is missing"));
  });

  test("is about no more bytes than replay goes through", () => {
    const flush = { kind: "cache.flushed", actor: "driver", instruction: "mb" } as const;
    expect(flaw({ ...flush, size: MOST_BYTES })).toBeNull();
    expect(flaw({ ...flush, size: MOST_BYTES + 1 })).toEqual(
      rangeFlaw("size", MOST_BYTES + 1, `at most ${MOST_BYTES} bytes`),
    );
  });
});

describe("a DMA handle", () => {
  const mapped = {
    kind: "dma.mapped",
    actor: "kernel",
    direction: "coherent",
    size: 4096,
  } as const;
  const FAR = 2 ** 48;

  test.each([FAR, 2 ** 49, 2 ** 52, 2n ** 53n, 2n ** 64n - 1n])(
    "of %d is the event's bus address, and no other",
    (handle) => {
      expect(flaw({ ...mapped, handle, bus: handle })).toBeNull();
      expect(flaw({ ...mapped, handle, bus: 0x1000 })).toEqual(
        rangeFlaw("handle", handle, "from 2^48 on it is the event's bus"),
      );
    },
  );

  test("below 2^48 is a number of its own", () => {
    expect(flaw({ ...mapped, handle: FAR - 1, bus: 0x1000 })).toBeNull();
  });
});
