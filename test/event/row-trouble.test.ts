// row-trouble.test.ts - an event that a program or a capture made and no row can hold is told why.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bus, busPage } from "../../src/address.ts";
import { columns, FAR_HANDLE, type Field, MOST_SUBJECT } from "../../src/event/field.ts";
import { troubleIn } from "../../src/event/row.ts";
import { declarationOf, type Event, kindNames } from "../../src/event/vocabulary.ts";
import { recordedOf, sampleOf } from "./generated.ts";

const isInColumn = ({ in: storage }: Field): boolean =>
  (columns as readonly string[]).includes(storage);
/** An event with one field otherwise, whatever its type. */
const withField = (event: Event, name: string, value: unknown): Event =>
  ({ ...event, [name]: value }) as unknown as Event;
/** What the column of a field's number can hold; a handle from 2^48 on is another matter. */
const rangeOf = ({ family, range, form }: Field): readonly [least: number, most: number] =>
  family === null ? range : [0, form === "handle" ? FAR_HANDLE - 1 : MOST_SUBJECT];

describe.each(kindNames)("of %s", (kind) => {
  const fields = Object.entries(declarationOf(kind).fields);
  const numbers = fields.filter(([, field]) => isInColumn(field) && field.names === null);
  const { seq, event } = sampleOf(kind);

  test("a row can hold all that its declaration allows", () => {
    fc.assert(
      fc.property(recordedOf(kind), (recorded) => {
        expect(troubleIn(recorded.event, recorded.seq)).toBeNull();
      }),
    );
  });

  test("no row can hold a number that is outside its field's range, or no whole number", () => {
    for (const [name, field] of numbers) {
      const [least, most] = rangeOf(field);
      const outside = [
        ...[0.5, Number.NaN, "0x1000", {}],
        ...(least > -Number.MAX_SAFE_INTEGER ? [least - 1] : [-(2 ** 53)]),
        ...(field.form === "handle" ? [] : [most < Number.MAX_SAFE_INTEGER ? most + 1 : 2 ** 53]),
      ];
      for (const value of outside) {
        // A bus address from 2^53 on is a bigint.
        const highest =
          field.form === "bus" ? 2 ** 64 : field.family === null ? most : MOST_SUBJECT;
        expect(troubleIn(withField(event, name, value), seq), `${name} ${value}`).toBe(
          `${name} ${value} is no whole number from ${least} to ${highest}`,
        );
      }
    }
  });

  test("no row can hold an address of the bus past 2^64", () => {
    const unmapped = (address: bigint): Event => ({
      kind: "iommu.unmapped",
      actor: "kernel",
      page: busPage(5),
      bus: bus(address),
      size: 4096,
    });
    expect(troubleIn(unmapped(2n ** 64n - 1n), 1)).toBeNull();
    expect(troubleIn(unmapped(2n ** 64n), 1)).toBe(
      "bus 18446744073709551616 is past the last address, 2^64 - 1",
    );
  });

  test("a row must say all that is not optional", () => {
    for (const [name, { optional }] of numbers)
      for (const nothing of [null, undefined]) {
        const trouble = troubleIn(withField(event, name, nothing), seq);
        if (optional) expect(trouble, name).toBeNull();
        else expect(trouble, name).toContain(`${name} ${nothing} is no whole number from `);
      }
  });
});

describe("an event that a row cannot hold", () => {
  const read = { kind: "device.read", actor: "card", bus: 0x1000 } as unknown as Event;
  const mapped = {
    ...{ kind: "dma.mapped", actor: "kernel", direction: "coherent", size: 4096 },
    ...{ handle: 0x1000, bus: 0x1000 },
  } as unknown as Event;

  test("is one whose cause is not before it, and one whose cause is no number", () => {
    expect(troubleIn({ ...read, cause: 6 }, 7)).toBeNull();
    expect(troubleIn({ ...read, cause: 7 }, 7)).toBe("its cause, event 7, is not before it");
    expect(troubleIn({ ...read, cause: Number.NaN }, 7)).toBe(
      "its cause, event NaN, is not before it",
    );
    expect(troubleIn({ ...read, cause: null }, 7)).toBeNull();
  });

  test("is one whose time is no whole number of nanoseconds, which can be below 0", () => {
    expect(troubleIn({ ...read, at: -5 }, 7)).toBeNull();
    expect(troubleIn({ ...read, at: null }, 7)).toBeNull();
    expect(troubleIn({ ...read, at: 0.5 }, 7)).toBe(
      "0.5 nanoseconds are no whole number below 2^53",
    );
    expect(troubleIn({ ...read, at: 2 ** 53 }, 7)).toBe(
      "9007199254740992 nanoseconds are no whole number below 2^53",
    );
  });

  test.each([2 ** 48, 2 ** 52, 2n ** 53n, 2n ** 64n - 1n])(
    "is one whose handle from 2^48 on is not its bus address: %d",
    (handle) => {
      expect(
        troubleIn(withField(withField(mapped, "handle", handle), "bus", handle), 7),
      ).toBeNull();
      expect(troubleIn(withField(mapped, "handle", handle), 7)).toBe(
        `handle ${handle} is not its bus address, as one from 2^48 on must be`,
      );
    },
  );
});
