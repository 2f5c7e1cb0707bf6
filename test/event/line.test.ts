// line.test.ts - every kind of event survives its line of JSON, and a bad line is told what is bad.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virt } from "../../src/address.ts";
import { toJson, toLine } from "../../src/event/line.ts";
import { fromJson, lineNames } from "../../src/event/line-read.ts";
import { declarationOf, kindNames, type Recorded } from "../../src/event/vocabulary.ts";
import { recordedOf } from "./generated.ts";

/** The virt base of a machine whose kernel addresses are below 2^53. */
const BASE = 0n;

describe.each(kindNames)("%s", (kind) => {
  test("comes back from its line as it was, whatever it says", () => {
    fc.assert(
      fc.property(recordedOf(kind), (recorded) => {
        expect(fromJson(JSON.parse(toLine(recorded, BASE)), BASE)).toEqual(recorded);
      }),
    );
  });

  test("is refused with a field that it does not have", () => {
    fc.assert(
      fc.property(recordedOf(kind), (recorded) => {
        expect(() => fromJson({ ...toJson(recorded, BASE), colour: "red" }, BASE)).toThrow(
          /"colour"/,
        );
      }),
      { numRuns: 5 },
    );
  });

  test("is refused without a field that it must have, and the field is named", () => {
    const fields = Object.entries(declarationOf(kind).fields);
    const required = fields.filter(([name, field]) => !field.optional && name !== "op");
    for (const name of ["seq", "actor", ...required.map(([name]) => name)])
      fc.assert(
        fc.property(recordedOf(kind), (recorded) => {
          const { [name]: _, ...rest } = toJson(recorded, BASE);
          expect(() => fromJson(rest, BASE)).toThrow(new RegExp(`"${name}"`));
        }),
        { numRuns: 5 },
      );
  });
});

describe("a line", () => {
  const line = {
    seq: 7,
    op: 2,
    kind: "gatt.written",
    actor: "driver",
    place: "agp_generic_insert_memory",
    cause: 5,
    entry: 66,
    word: "0x51f3017",
    phys: "0xabcd000",
    machine: "0x51f3000",
    bus: "0x51f3000",
  };
  const refusal = (change: object): string => {
    try {
      fromJson({ ...line, ...change }, BASE);
    } catch (error) {
      return (error as Error).message;
    }
    return "taken";
  };

  test("has addresses and words in hexadecimal, counts in decimal, and nothing for the unknown", () => {
    expect(toLine(fromJson(line, BASE), BASE)).toBe(JSON.stringify(line));
    expect(fromJson(line, BASE).event).toMatchObject({
      entry: 66,
      word: 0x51f3017,
      bus: 0x51f3000,
    });
  });

  test("leaves out what is null", () => {
    const { event, ...where } = fromJson(line, BASE);
    const nulled = { ...where, event: { ...event, at: null, reached: null } } as Recorded;
    expect(toLine(nulled, BASE)).toBe(JSON.stringify(line));
  });

  test("of an event outside any op names no op", () => {
    const { op: _, ...outside } = line;
    expect(fromJson(outside, BASE).op).toBe(-1);
    expect(toLine(fromJson(outside, BASE), BASE)).toBe(JSON.stringify(outside));
  });

  test.each([
    ["an unknown kind", { kind: "gatt.eaten" }, "kind"],
    ["a kind that is no text", { kind: 3 }, "kind"],
    ["an unknown actor", { actor: "nobody" }, "actor"],
    ["a number where hexadecimal is due", { word: 0x51f3017 }, "word"],
    ["hexadecimal without its 0x", { machine: "51f3000" }, "machine"],
    ["hexadecimal in capitals", { machine: "0x51F3000" }, "machine"],
    ["a negative address", { phys: "-0x1000" }, "phys"],
    ["letters that are no hexadecimal", { bus: "0xabcg" }, "bus"],
    ["an empty address", { bus: "0x" }, "bus"],
    ["an address that a number would round", { machine: "0x20000000000001" }, "machine"],
    ["a null", { reached: null }, "reached"],
    ["a negative subject", { entry: -1 }, "entry"],
    ["half a subject", { entry: 0.5 }, "entry"],
    ["a seq below 1", { seq: 0 }, "seq"],
    ["a cause below 1", { cause: 0 }, "cause"],
  ])("with %s is refused and the field is named", (_, change, field) => {
    const said = refusal(change);
    expect(JSON.parse(said)[0].path).toEqual([field]);
  });

  test("is told the number that is too large", () => {
    expect(refusal({ machine: "0x20000000000001" })).toContain("0x20000000000001 is above 2^53");
    expect(refusal({ machine: "0x1fffffffffffff" })).toBe("taken");
    expect(refusal({ bus: "0xffffffffffffffff" })).toBe("taken");
  });

  test("that is no object is refused", () => {
    for (const json of [null, [], "gatt.written", 7]) expect(() => fromJson(json, BASE)).toThrow();
  });
});

test("a DMA handle is hexadecimal, and older lines have it in decimal", () => {
  const line = {
    ...{ seq: 1, kind: "dma.unmapped", actor: "kernel", handle: "0x60000000" },
    ...{ direction: "coherent", bus: "0x60000000", size: 4096 },
  };
  expect(toLine(fromJson(line, BASE), BASE)).toBe(JSON.stringify(line));
  const { direction, ...rest } = line;
  expect(fromJson({ ...rest, way: direction, handle: 0x60000000 }, BASE)).toEqual(
    fromJson(line, BASE),
  );
});

test("a virt stands with its base added, and comes back relative to it", () => {
  const event = {
    kind: "cache.flushed",
    actor: "driver",
    instruction: "flush_dcache_range",
    virt: virt(0x1010000),
  } as const;
  const base = 0xc000000000000000n;
  const line = toJson({ seq: 1, op: -1, event }, base);
  expect(line.virt).toBe("0xc000000001010000");
  expect(fromJson(line, base)).toEqual({ seq: 1, op: -1, event });
  for (const other of ["0x10", "10", "0x", "0xg", "0x1010000 ", "00x1010000", 0x1010000])
    expect(() => fromJson({ ...line, virt: other }, 0x1000n), `${other}`).toThrow(/"virt"/);
});

test("what older lines called a way has a name of its own today, and the present name counts", () => {
  const renamed = kindNames.flatMap((kind) =>
    Object.entries(declarationOf(kind).fields).flatMap(([name, { formerly }]) =>
      formerly === null ? [] : [`${kind} ${formerly} ${name}`],
    ),
  );
  expect(renamed).toEqual([
    "dma.mapped way direction",
    "dma.unmapped way direction",
    "table.remapped way function",
    "cache.flushed way instruction",
    "page.copied way direction",
  ]);
  const line = { seq: 1, kind: "cache.flushed", actor: "driver", instruction: "mb" };
  expect(() => fromJson({ ...line, way: "wbinvd" }, BASE)).toThrow(/"way"/);
});

test("an op that was recorded as dma_map with a way has a direction", () => {
  const began = (name: string, facts: object) =>
    fromJson({ seq: 1, op: 0, kind: "op.began", actor: "workload", name, arguments: facts }, BASE)
      .event;
  const older = { buffer: 1, way: "to-device" };
  expect(began("dma_map", older)).toMatchObject({
    arguments: { buffer: 1, direction: "to-device" },
  });
  for (const [name, facts] of [
    ["dma_map", { ...older, direction: "coherent" }],
    ["bind", older],
  ] as const)
    expect(began(name, facts)).toMatchObject({ arguments: facts });
});

test("a line can have the names that every line has, and the fields of its kind", () => {
  const ofEvery = ["kind", "seq", "op", "actor", "place", "cause", "at", "placed"];
  expect(lineNames("tlb.flushed")).toEqual([...ofEvery, "which"]);
  expect(lineNames("none.such")).toEqual(ofEvery);
  expect(lineNames(undefined)).toEqual(ofEvery);
});

test("the call that made a DMA mapping stands by its name, and may be unsaid", () => {
  const line = {
    ...{ seq: 1, kind: "dma.mapped", actor: "kernel", handle: "0x60000000" },
    ...{ direction: "coherent", bus: "0x60000000", size: 4096 },
  };
  expect(fromJson({ ...line, call: "dma_alloc" }, BASE).event).toMatchObject({
    call: "dma_alloc",
  });
  expect(fromJson(line, BASE).event).not.toHaveProperty("call");
  expect(() => fromJson({ ...line, call: "malloc" }, BASE)).toThrow(/"call"/);
});
