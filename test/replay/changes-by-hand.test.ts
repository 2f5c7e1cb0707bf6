// changes-by-hand.test.ts - which events of a short trace changed or touched a subject, in memory and by a file's index.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessesOf, changesOf, isChange, type Stretch } from "../../src/replay/changes.ts";
import type { Subject, SubjectRange } from "../../src/replay/subject.ts";
import type { Trace } from "../../src/replay/trace.ts";
import type { TraceReader } from "../../src/store/read.ts";
import { traceOf } from "../diff/handmade.ts";
import { stored } from "./stored.ts";

const alloc = { by: "alloc_pages", use: "agp", size: 0x2000 };
const register = (kind: "written" | "read", register: number, size: number) => ({
  ...{ kind: `register.${kind}`, register, size, word: 1 },
});
/** Numbered from #2 on, for the op's beginning is #1. */
const inMemory = traceOf([
  {
    events: [
      { kind: "p2m.set", page: 5, phys: 0x5000, machine: 0x9000 }, // 2
      { kind: "page.allocated", allocation: 5, ...alloc }, // 3
      { kind: "iommu.mapped", page: 0x10, bus: 0x10000, machine: 0x9000, size: 0x2000 }, // 4
      { kind: "gatt.written", entry: 3, word: 1 }, // 5
      { kind: "gatt.read", entry: 3, word: 1 }, // 6
      { kind: "gatt.written", entry: 4, word: 1 }, // 7
      { kind: "attribute.changed", attribute: "uncached", phys: 0x5000, size: 0x3000 }, // 8
      register("read", 0x90, 4), // 9
      register("written", 0x90, 4), // 10
      register("written", 0x92, 1), // 11
      { kind: "page.freed", allocation: 5, ...alloc }, // 12
      { kind: "cpu.wrote", frame: 8, tag: 1, machine: 0x8000 }, // 13
      { kind: "cpu.read", frame: 8, tag: 1, machine: 0x8000 }, // 14
      { kind: "attribute.changed", attribute: "cached", phys: 0x7000, size: 0x1000 }, // 15
      { kind: "gatt.written", entry: 3, word: 2 }, // 16
      { kind: "iommu.unmapped", page: 0x11, bus: 0x11000, size: 0x1000 }, // 17
      register("read", 0x90, 4), // 18
      { kind: "dma.mapped", handle: 0x4000, bus: 0x4000, direction: "coherent", size: 0x1800 }, // 19
    ],
  },
]);

let file: TraceReader;
beforeAll(async () => {
  file = await stored(inMemory, 4);
});
afterAll(() => file.close());

const subject = (family: SubjectRange["family"], first: number, last = first): Subject => ({
  name: family,
  parts: [{ family, first, last }],
});
type Finding = typeof changesOf;
/** The numbers of the events that are found, the same in memory and in the file. */
function seqsOf(find: Finding, of: Subject, stretch: Partial<Stretch> = {}): number[] {
  const whole = { from: 1, to: inMemory.count, ...stretch };
  const [one, other] = [inMemory, file].map((trace: Trace) =>
    [...find(trace, of, whole)].map(({ seq }) => seq),
  );
  expect(other).toEqual(one);
  return one!;
}

describe("what changed", () => {
  test.each([
    ["an entry", "gatt", 3, 3, [5, 16]],
    ["entries", "gatt", 3, 4, [5, 7, 16]],
    ["very many entries", "gatt", 0, 5000, [5, 7, 16]],
    ["an entry that nothing changed", "gatt", 5, 5, []],
    ["a page's frame", "p2m", 5, 5, [2]],
    ["the first page of an allocation", "allocation", 5, 5, [3, 12]],
    ["another page of an allocation", "allocation", 6, 6, [3, 12]],
    ["a page behind an allocation", "allocation", 7, 7, []],
    ["the first page of an I/O mapping", "iommu", 0x10, 0x10, [4]],
    ["a page of an I/O mapping that ends by itself", "iommu", 0x11, 0x11, [4, 17]],
    ["a page before an I/O mapping", "iommu", 0xf, 0xf, []],
    ["a page's attribute, together with its neighbours'", "attribute", 6, 6, [8]],
    ["a page's attribute, once alone", "attribute", 7, 7, [8, 15]],
    ["attributes of pages", "attribute", 4, 9, [8, 15]],
    ["the attribute of a page behind", "attribute", 8, 8, []],
    ["the attribute of a page before", "attribute", 4, 4, []],
    ["a page's content", "content", 8, 8, [13]],
    ["a register, which its first read shows", "register", 0x90, 0x90, [9, 10]],
    ["a byte of a register", "register", 0x92, 0x92, [9, 10, 11]],
    ["a register's last byte", "register", 0x93, 0x93, [9, 10]],
    ["the byte behind a register", "register", 0x94, 0x94, []],
    ["a DMA mapping by its handle", "dma", 0x4000, 0x4000, [19]],
    ["a page of a DMA mapping", "dma", 0x5000, 0x5fff, [19]],
    ["what lies behind a DMA mapping", "dma", 0x5800, 0x5fff, []],
  ] as const)("%s", (_, family, first, last, seqs) => {
    expect(seqsOf(changesOf, subject(family, first, last))).toEqual(seqs);
    expect(seqsOf(changesOf, subject(family, first, last), { backwards: true })).toEqual(
      seqs.toReversed(),
    );
  });

  test("several subjects is told in the order of the events, each once", () => {
    const { parts: gatt } = subject("gatt", 3);
    const { parts: registers } = subject("register", 0x90, 0x93);
    const both: Subject = { name: "both", parts: [...gatt, ...registers, ...gatt] };
    expect(seqsOf(changesOf, both)).toEqual([5, 9, 10, 11, 16]);
    expect(seqsOf(changesOf, both, { backwards: true })).toEqual([16, 11, 10, 9, 5]);
  });

  test("is told within a stretch, both ends included", () => {
    const entries = subject("gatt", 3, 4);
    expect(seqsOf(changesOf, entries, { from: 7 })).toEqual([7, 16]);
    expect(seqsOf(changesOf, entries, { from: 6, to: 15 })).toEqual([7]);
    expect(seqsOf(changesOf, entries, { to: 7, backwards: true })).toEqual([7, 5]);
  });

  test("a register's first read is none within a stretch behind it", () => {
    expect(seqsOf(changesOf, subject("register", 0x90), { from: 9 })).toEqual([9, 10]);
    expect(seqsOf(changesOf, subject("register", 0x90), { from: 10 })).toEqual([10]);
    expect(seqsOf(changesOf, subject("register", 0x90), { to: 9 })).toEqual([9]);
  });
});

describe("what touched", () => {
  test.each([
    ["an entry", "gatt", 3, [5, 6, 16]],
    ["a page's content", "content", 8, [13, 14]],
    ["a register", "register", 0x90, [9, 10, 18]],
    ["a byte of a register", "register", 0x92, [9, 10, 11, 18]],
    ["an allocation", "allocation", 6, [3, 12]],
    ["an attribute", "attribute", 7, [8, 15]],
  ] as const)("%s", (_, family, number, seqs) => {
    expect(seqsOf(accessesOf, subject(family, number))).toEqual(seqs);
    expect(seqsOf(accessesOf, subject(family, number), { backwards: true })).toEqual(
      seqs.toReversed(),
    );
  });
});

test("an event is a change of subjects of its family, where it changes them", () => {
  const changes = (family: SubjectRange["family"]) =>
    [...inMemory.events()].flatMap((one) => (isChange(subject(family, 1), one) ? [one.seq] : []));
  expect(changes("gatt")).toEqual([5, 7, 16]);
  expect(changes("register")).toEqual([10, 11]);
  expect(changes("attribute")).toEqual([8, 15]);
  expect(changes("content")).toEqual([13]);
  expect(changes("p2m")).toEqual([2]);
});
