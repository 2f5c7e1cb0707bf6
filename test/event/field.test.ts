// field.test.ts - what fields are kept in, under which names, and what a subject's number is.

import { describe, expect, test } from "vitest";
import { gattIndex, mfn } from "../../src/address.ts";
import { attributes, flushes, tlbs } from "../../src/event/cache.ts";
import { faults } from "../../src/event/fault.ts";
import {
  columns,
  factsField,
  families,
  handleField,
  named,
  numberField,
  optional,
  pciField,
  resultField,
  SECOND,
  SUBJECT_FAMILIES,
  sizeField,
  subject,
  subjectCode,
  virtField,
  widthField,
} from "../../src/event/field.ts";
import { schemaOf } from "../../src/event/field-schema.ts";
import { hookNames, remappers } from "../../src/event/hook.ts";
import { mappings } from "../../src/event/iommu.ts";
import { allocators, uses } from "../../src/event/memory.ts";
import { levels } from "../../src/event/op.ts";
import { hypercalls } from "../../src/event/p2m.ts";
import { declarationOf, kindNames } from "../../src/event/vocabulary.ts";

const fields = kindNames.flatMap((kind) =>
  Object.entries(declarationOf(kind).fields).map(([name, field]) => ({ kind, name, field })),
);
/** The fields that stand in one of these columns, by the names they go under there. */
const namesIn = (...places: string[]): string[] =>
  [
    ...new Set(fields.filter(({ field }) => places.includes(field.in)).map(({ name }) => name)),
  ].sort();

describe("a field's name", () => {
  test("of an address is its space's, in every kind", () => {
    for (const space of ["virt", "phys", "machine", "bus", "reached"])
      expect(namesIn(space)).toEqual([space]);
  });

  test("of the bytes and of a word's upper bits is one as well", () => {
    expect(namesIn("size")).toEqual(["entry", "size"]);
    expect(namesIn("high")).toEqual(["device", "high", "lba", "position", "result"]);
    expect(namesIn("note")).toEqual(["text"]);
  });

  test("is never one that every event has anyway", () => {
    for (const { kind, name } of fields)
      expect(["seq", "kind", "actor", "place", "at", "cause"], kind).not.toContain(name);
  });
});

test("addresses and raw words are hexadecimal in JSON, nothing else is", () => {
  for (const { kind, name, field } of fields) {
    const isAddress = ["virt", "phys", "machine", "bus", "reached"].includes(field.in);
    expect(field.hex, `${kind} ${name}`).toBe(
      isAddress || name === "handle" || name === "device" || name === "word",
    );
  }
});

test("every field stands in a column of the store or in one of its texts", () => {
  for (const { field } of fields)
    expect([...columns, "note", "op.name", "op.arguments", "op.result"]).toContain(field.in);
});

describe("a subject", () => {
  test("is its number and its family in one integer", () => {
    expect(subjectCode("op", 0)).toBe(0);
    expect(subjectCode("gatt", gattIndex(0x42))).toBe(0x426);
    expect(subjectCode("content", mfn(2 ** 40))).toBe(2 ** 44 + 9);
  });

  test("has a family that fits into four bits and keeps its code for ever", () => {
    expect(families.length).toBeLessThanOrEqual(SUBJECT_FAMILIES);
    expect(families).toEqual([
      "op",
      "allocation",
      "p2m",
      "iommu",
      "dma",
      "mapping",
      "gatt",
      "directory",
      "register",
      "content",
      "request",
      "pte",
      "scratch-directory",
    ]);
  });

  test("is had by every family", () => {
    const used = new Set(fields.map(({ field }) => field.family));
    expect(families.filter((family) => !used.has(family))).toEqual([]);
    expect(subject("gatt").family).toBe("gatt");
  });
});

describe("a list of names", () => {
  test("is short enough for its step in the column, and has each name once", () => {
    for (const { kind, name, field } of fields) {
      if (field.names === null) continue;
      expect(field.names.length, `${kind} ${name}`).toBeLessThanOrEqual(SECOND);
      expect(new Set(field.names).size, `${kind} ${name}`).toBe(field.names.length);
    }
  });

  // Codes are in traces: a list may only grow at its end.
  test("begins as it always did", () => {
    for (const [list, beginning] of [
      [
        allocators,
        "alloc_page __get_free_pages vmalloc free_page free_pages alloc_pages __get_free_page",
      ],
      [levels, "emerg alert crit err warning notice info debug default"],
      [attributes, "reserved unreserved uncached cached"],
      [flushes, "wbinvd mb flush_dcache_range clflush"],
      [
        hookNames,
        "virt_to_phys phys_to_virt virt_to_bus bus_to_virt virt_to_gart gart_to_virt " +
          "virt_to_fsb fsb_to_virt agp_virt_to_phys agp_phys_to_virt page_to_phys",
      ],
      [
        hypercalls,
        "mmu_update(PTE) mmu_update(MACHPHYS_UPDATE) mmuext(TLB_FLUSH) " +
          "dom_mem_op(MEMOP_decrease_reservation) dom_mem_op(MEMOP_increase_reservation)",
      ],
      [mappings, "coherent to-device from-device bidirectional"],
      [remappers, "ioremap_nocache ioremap iounmap"],
      [tlbs, "cpu gart iommu"],
      [uses, "gatt directory scratch agp block kernel"],
      [faults, "oops no-memory foreign-ram not-reserved injected invalid-entry"],
    ] as const)
      expect(list.join(" ").startsWith(beginning), beginning).toBe(true);
  });

  test("takes its names and no others", () => {
    const schema = schemaOf(named(tlbs));
    expect(schema.parse("gart")).toBe("gart");
    expect(schema.safeParse("dart").success).toBe(false);
  });
});

test.each([
  ["the width of an access", widthField, [1, 8], [0, 9, 1.5]],
  ["a size", sizeField, [0, 4096], [-1, 0.5]],
  ["a result", numberField, [-22, 0], [0.5, "1"]],
  ["a hypercall's result", resultField, [-22, 0], [0.5, "1"]],
  ["a subject", subject("content"), [0, 2 ** 49 - 1], [-1, 0.5, 2 ** 49]],
  ["a device", pciField, ["0x8"], [8]],
  [
    "a handle",
    handleField,
    ["0x10", 16, 0, "0xffffffffffffffff"],
    ["0x1ffffffffffffffff", 2 ** 49, -1],
  ],
  [
    "a fact",
    factsField("op.result"),
    [{ a: 1, b: "c", d: null, e: [{}], f: {} }],
    [{ a: true }, []],
  ],
] as const)("%s takes what can be and nothing else", (_, field, good, bad) => {
  const schema = schemaOf(field);
  for (const value of good) expect(schema.safeParse(value).success, `${value}`).toBe(true);
  for (const value of bad) expect(schema.safeParse(value).success, `${value}`).toBe(false);
});

test("an unreadable number is told what a number looks like", () => {
  expect(schemaOf(pciField).safeParse("8").error!.issues[0]!.message).toBe(
    "expected a hexadecimal number such as 0x4b1f1000",
  );
});

test("a field that may be missing is otherwise the same field", () => {
  expect(optional(virtField)).toEqual({ ...virtField, optional: true });
});
