// buffers.test.ts - buffers of drivers of PCI devices: made, written, mapped, read by CPU and device, and freed.

import { describe, expect, test } from "vitest";
import type { Facts } from "../../src/event/field.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

const of = (op: string, rest: object = {}) => ({ op, buffer: 0, ...rest });
const buffer = (pages: number, rest: object = {}) => of("buffer", { pages, ...rest });
const map = (rest: object = {}) => of("dma_map", { direction: "bidirectional", ...rest });
const [write, read] = [of("cpu_write"), of("cpu_read")];
const [deviceReads, deviceWrites] = [of("dma_read"), of("dma_write")];
const unmap = of("dma_unmap");

const run = (words: string, ...operations: object[]) =>
  recorded(setupOf(words, { workload: workloadOf(...operations) }));
const resultsOf = (words: string, ...operations: object[]): Facts[] =>
  [...run(words, ...operations).ops()].map(({ result }) => result!);
/** What the last operation gave on a bare PC. */
const result = (...operations: object[]): Facts =>
  resultsOf("native-i386 gart", ...operations).at(-1)!;

describe("a buffer", () => {
  test("of pages lies in a row, and one of vmalloc's does for the CPU alone", () => {
    const memory = (rest: object = {}) => result(buffer(3, rest)).memory as string[];
    const steps = (pages: string[]) =>
      pages.slice(1).map((page, i) => Number(page) - Number(pages[i]));
    expect(steps(memory())).toEqual([4096, 4096]);
    expect(memory({ kind: "vmalloc" })).toHaveLength(3);
    const virts = (kind: string) =>
      [...run("native-i386 gart", buffer(3, { kind }), write).events()].flatMap(({ event }) =>
        event.kind === "cpu.wrote" ? [Number(event.virt)] : [],
      );
    for (const kind of ["pages", "vmalloc"]) {
      const [first, ...others] = virts(kind);
      expect(others).toEqual([first! + 4096, first! + 8192]);
    }
  });

  test("of vmalloc's lies behind the last one, with a guard page between", () => {
    const trace = run(
      "native-i386 gart",
      buffer(2, { kind: "vmalloc" }),
      buffer(1, { kind: "vmalloc", buffer: 1 }),
      ...[write, of("cpu_write", { buffer: 1 })],
    );
    const virts = [...trace.events()].flatMap(({ event }) =>
      event.kind === "cpu.wrote" ? [Number(event.virt)] : [],
    );
    expect(virts.map((virt) => virt - virts[0]!)).toEqual([0, 4096, 3 * 4096]);
  });

  test("that is not there can be used for nothing", () => {
    for (const op of [write, read, map(), unmap, deviceReads, of("buffer_free"), of("dma_free")])
      expect(result(op)).toEqual({ ret: -22, note: "no such buffer" });
    expect(result(buffer(1), of("buffer_free"), write)).toMatchObject({ ret: -22 });
  });

  test("is refused where pages run out, and what was found is given back", () => {
    const out = { op: "failafter", count: 2 };
    expect(result(out, buffer(3, { kind: "vmalloc" }))).toEqual({ ret: -12 });
    expect(result({ op: "failafter", count: 0 }, buffer(1))).toEqual({ ret: -12 });
    expect(result({ op: "failafter", count: 0 }, of("dma_alloc", { pages: 1 }))).toEqual({
      ret: -12,
    });
    const kinds = [...run("native-i386 gart", out, buffer(3, { kind: "vmalloc" })).events()].map(
      ({ event }) => event.kind,
    );
    const count = (kind: string) => kinds.filter((one) => one === kind).length;
    expect(count("page.allocated")).toBe(2);
    expect(count("page.freed")).toBe(2);
  });

  test.each([
    ["pages", buffer(4), "free_pages", 1],
    ["vmalloc", buffer(3, { kind: "vmalloc" }), "free_page", 3],
  ] as const)("of %s is freed as it was made", (_, made, by, times) => {
    const freed = [...run("native-i386 gart", made, of("buffer_free")).events()].flatMap(
      ({ event }) => (event.kind === "page.freed" ? [event.by] : []),
    );
    expect(freed).toEqual(Array(times).fill(by));
  });
});

describe("the CPU", () => {
  test("reads what it wrote, and minds no page that nobody wrote", () => {
    expect(result(buffer(2), write, read)).toEqual({ ret: 0, wrong_pages: 0 });
    expect(result(buffer(2), read)).toEqual({ ret: 0, wrong_pages: 0 });
  });

  test("writes other content each time, page by page", () => {
    const trace = run("native-i386 gart", buffer(2), write, write);
    const tags = [...trace.events()].flatMap(({ event }) =>
      event.kind === "cpu.wrote" ? [event.tag] : [],
    );
    expect(new Set(tags).size).toBe(4);
  });
});

describe("a device", () => {
  test("reads what the CPU wrote, and the CPU what the device wrote", () => {
    expect(result(buffer(2), write, map(), deviceReads)).toEqual({ ret: 0, wrong_pages: 0 });
    expect(result(buffer(2), write, map(), deviceWrites)).toEqual({ ret: 0 });
    expect(result(buffer(2), write, map(), deviceWrites, unmap, read)).toMatchObject({
      wrong_pages: 0,
    });
  });

  test("reaches as many pages as are mapped", () => {
    const reads = (...operations: object[]) =>
      [...run("native-i386 gart", buffer(3), ...operations, deviceReads).events()].filter(
        ({ event }) => event.kind === "device.read",
      ).length;
    expect(reads()).toBe(0);
    expect(reads(map())).toBe(3);
    expect(reads(map({ bytes: 4096 }))).toBe(1);
    expect(reads(map({ bytes: 4097 }))).toBe(2);
    expect(reads(map({ by: "sg", bytes: 8192 }))).toBe(2);
    // It keeps its addresses when the mapping has ended.
    expect(reads(map(), unmap)).toBe(3);
  });

  test("writes into pages that a mapping is over for, and nobody minds its content there", () => {
    expect(result(buffer(1), write, map(), unmap, deviceWrites, read)).toMatchObject({
      wrong_pages: 1,
    });
  });

  test("is the one in its slot of bus 2, with the lines and the mask that it was given", () => {
    const devices = (rest: object) =>
      new Set(
        [
          ...run(
            "native-i386 gart",
            { op: "device", device: 3, lines: 32 },
            buffer(1),
            map(rest),
          ).events(),
        ].flatMap(({ event }) => (event.kind === "dma.mapped" ? [event.device] : [])),
      );
    expect([...devices({ device: 3 })]).toEqual([0x200 + 3 * 8]);
    expect([...devices({})]).toEqual([0x200]);
    expect(result({ op: "device", device: 3, lines: 32 })).toEqual({ ret: 0 });
  });
});

describe("a mapping", () => {
  test("of the whole is one segment, of a list one for each run of pages up to its length", () => {
    expect(result(buffer(4), map())).toMatchObject({ ret: 0, segments: 1 });
    expect(result(buffer(4), map({ by: "sg" }))).toMatchObject({ segments: 4 });
    expect(result(buffer(4), map({ by: "sg", segment: 8192 }))).toMatchObject({ segments: 2 });
    expect(result(buffer(4), map({ by: "sg", segment: 65536 }))).toMatchObject({ segments: 1 });
    expect(result(buffer(3), map({ by: "sg", segment: 8192 }))).toMatchObject({ segments: 2 });
    expect(result(buffer(4), map({ by: "sg", bytes: 4097 }))).toMatchObject({ segments: 2 });
  });

  test("gives the handles where its segments begin", () => {
    const { memory } = result(buffer(2)) as { memory: string[] };
    expect(result(buffer(2), map()).handles).toEqual([memory[0]]);
    expect(result(buffer(2), map({ by: "sg" })).handles).toEqual(memory);
  });

  test("is refused while another is in force, and beyond the buffer", () => {
    expect(result(buffer(2), map(), map())).toEqual({ ret: -22, note: "is mapped" });
    expect(result(buffer(2), map(), unmap, map())).toMatchObject({ ret: 0 });
    expect(result(buffer(2), map({ bytes: 8192 }))).toMatchObject({ ret: 0 });
    expect(result(buffer(2), map({ bytes: 8193 }))).toEqual({ ret: -22, note: "has fewer bytes" });
    expect(result(buffer(2), map({ by: "sg", bytes: 0 }))).toEqual({
      ...{ ret: -22, note: "a list has bytes" },
    });
  });

  test.each(["single", "sg"])(
    "by %s ends as it was made, and without one neither a sync nor an end does anything",
    (by) => {
      const kinds = (...operations: object[]) =>
        [...run("native-i386 gart", buffer(2), ...operations).events()].map(
          ({ event }) => event.kind,
        );
      const sync = of("dma_sync", { side: "cpu" });
      const count = (kind: string, ...operations: object[]) =>
        kinds(...operations).filter((one) => one === kind).length;
      const pieces = by === "single" ? 1 : 2;
      expect(count("dma.mapped", map({ by }))).toBe(pieces);
      expect(count("dma.unmapped", map({ by }), unmap)).toBe(pieces);
      expect(count("dma.unmapped", map({ by }), unmap, unmap)).toBe(pieces);
      expect(kinds(sync).filter((kind) => !kind.startsWith("op."))).toEqual(
        kinds().filter((kind) => !kind.startsWith("op.")),
      );
      expect(count("dma.unmapped", unmap)).toBe(0);
    },
  );
});

test("coherent memory is mapped for its device until it is freed", () => {
  const made = of("dma_alloc", { pages: 2 });
  const { memory, ...rest } = result(made) as { memory: string[] };
  expect(rest).toEqual({ ret: 0, segments: 1, handles: [memory[0]] });
  expect(result(made, write, deviceReads)).toEqual({ ret: 0, wrong_pages: 0 });
  expect(result(made, deviceWrites, read)).toEqual({ ret: 0, wrong_pages: 0 });
  expect(result(made, of("dma_free"))).toEqual({ ret: 0 });
  const kinds = [...run("native-i386 gart", made, of("dma_free")).events()].map(
    ({ event }) => event.kind,
  );
  expect(kinds.filter((kind) => kind.startsWith("dma."))).toEqual(["dma.mapped", "dma.unmapped"]);
});

describe("blocks of a disk", () => {
  const disk = (what: "read" | "write", block: number, rest: object = {}) =>
    of(`disk_${what}`, { block, ...rest });

  test("are what was written to them, in whichever buffer they are read", () => {
    const other = { buffer: 1 };
    const results = resultsOf(
      "native-i386 gart",
      ...[buffer(2), write, disk("write", 7), buffer(2, other), disk("read", 7, other)],
      of("cpu_read", other),
    );
    expect(results[2]).toMatchObject({ ret: 0 });
    expect(results[4]).toMatchObject({ ret: 0 });
    expect(results[5]).toEqual({ ret: 0, wrong_pages: 0 });
  });

  test("past its end are an error", () => {
    expect(result(buffer(2), disk("read", 0xffffffff))).toEqual({
      ...{ ret: -5, segments: 0, handles: [] },
    });
  });
});
