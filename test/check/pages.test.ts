// pages.test.ts - pages are freed once, by their owner, when nothing leads to them; what is left in them is nobody's to read.

import { describe, expect, test } from "vitest";
import { gattIndex, machine, mfn, pfn, phys } from "../../src/address.ts";
import { freedWhileMapped } from "../../src/check/freed-while-mapped.ts";
import { p2mInverse } from "../../src/check/p2m-inverse.ts";
import { pageExposed } from "../../src/check/page-exposed.ts";
import { wrongFree } from "../../src/check/wrong-free.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { accessed, allocated, capture, freed, judged, native, told, xen } from "./judged.ts";

test.each<[string, Event[], string[], captured?: string[]]>([
  ["of a block", [allocated(1, "agp", 0x2000), freed(1, "agp", 0x2000)], ["held 1"]],
  [
    "that nobody was given",
    [freed(1, "agp")],
    ["#1 allocation 0x1: nobody was given the page at 0x1000:p"],
    ["unknown 1 from #1: a page is freed that was allocated before the trace begins"],
  ],
  [
    "twice",
    [allocated(1, "agp"), freed(1, "agp"), { ...freed(1, "agp"), phys: null }],
    ["held 1", "#3 allocation 0x1: nobody was given the page"],
    ["held 1", "unknown 1 from #3: a page is freed that was allocated before the trace begins"],
  ],
  [
    "in the middle of a block",
    [allocated(1, "agp", 0x2000), freed(2, "agp", 0x2000)],
    ["#2 allocation 0x2: 2 pages at 0x2000:p are freed of a block of 2"],
  ],
  [
    "as fewer than the block has",
    [allocated(1, "agp", 0x2000), freed(1, "agp")],
    ["#2 allocation 0x1: 1 pages at 0x1000:p are freed of a block of 2"],
  ],
  [
    "for another use",
    [allocated(1, "scratch"), freed(1, "agp")],
    ["#2 allocation 0x1: a page at 0x1000:p is freed as agp that was for scratch"],
  ],
])("pages are freed %s", (_, events, lines, captured = lines) => {
  expect(judged(wrongFree, events)).toEqual(lines);
  expect(judged(wrongFree, events, capture(native))).toEqual(captured);
});

describe("a page that is freed", () => {
  const entry = (number: number, to: number | null) =>
    told("gatt.written", {
      ...{ entry: gattIndex(number), word: 1 },
      ...(to === null ? {} : { reached: machine(to) }),
    });
  const led = (seq: number, entry: string, page = "0x51", at = "0x51000") =>
    `#${seq} allocation ${page} gatt ${entry}: the page at ${at}:m is freed and the entry still leads there [stale]`;
  test.each<[string, Event[], string[]]>([
    ["is led to", [entry(3, 0x51010), freed(0x51, "agp")], [led(2, "0x3")]],
    [
      "is led to by two entries",
      [entry(4, 0x51000), entry(3, 0x51000), freed(0x51, "agp")],
      [led(3, "0x3")],
    ],
    ["was led to", [entry(3, 0x51000), entry(3, null), freed(0x51, "agp")], ["held 1"]],
    [
      "is led to by one entry of two",
      [entry(3, 0x51000), entry(4, 0x51000), entry(3, null), freed(0x51, "agp")],
      [led(4, "0x4")],
    ],
    [
      "is led to by none of two",
      [entry(3, 0x51000), entry(4, 0x51000), entry(3, null), entry(4, 0x9000), freed(0x51, "agp")],
      ["held 1"],
    ],
    [
      "is led to no more than before",
      [entry(3, 0x51000), entry(3, 0x51000), entry(3, null), freed(0x51, "agp")],
      ["held 1"],
    ],
    [
      "is the second of a block",
      [entry(3, 0x52000), freed(0x51, "agp", 0x2000)],
      ["held 1", led(2, "0x3")],
    ],
    ["lies behind a block", [entry(3, 0x53000), freed(0x51, "agp", 0x2000)], ["held 2"]],
    ["is the scratch page", [freed(0x51, "scratch")], ["held 1"]],
    ["is the kernel's own", [freed(0x51, "kernel")], []],
    ["is the kernel's own and led to", [entry(3, 0x51000), freed(0x51, "kernel")], [led(2, "0x3")]],
    ["lies who knows where", [entry(3, 0), { ...freed(0, "agp"), machine: null }], []],
    ["goes with its table", [entry(3, 0x51000), freed(0x51, "gatt")], []],
    [
      "outlives the table",
      [entry(3, 0x51000), { ...freed(0x40, "gatt"), machine: null }, freed(0x51, "agp")],
      ["held 1"],
    ],
    [
      "is led to by the table that comes next",
      [entry(3, 0x51000), freed(0x40, "gatt"), entry(3, 0x51000), freed(0x51, "agp")],
      [led(4, "0x3")],
    ],
  ])("%s", (_, events, lines) => {
    expect(judged(freedWhileMapped, events)).toEqual(lines);
  });
});

describe("what a device reads in a client's page", () => {
  const page = allocated(0x51, "agp");
  const wrote = told("cpu.wrote", { frame: mfn(0x51), tag: 7, machine: machine(0x51000) });
  const dma = accessed("device.wrote", { page: 0x51000, number: 0x1000, to: 0x51000 });
  const read = {
    ...accessed("device.read", { page: 0x51000, number: 0x1000, to: 0x51000 }),
    phys: phys(0x51000),
  };
  const old = (seq: number, by: number) => [
    `#${seq} content 0x51: the page was allocated after tag 7 was written to it, by #${by}`,
  ];
  test.each<[string, Event[], string[]]>([
    ["was written since it was allocated", [page, wrote, read], ["held 1"]],
    ["was written by a device since", [page, dma, read], ["held 1"]],
    ["was written before", [wrote, page, read], old(3, 1)],
    ["was written by a device before", [dma, page, read], old(3, 1)],
    ["was written before and since", [wrote, page, wrote, read], ["held 1"]],
    ["was written before the trace begins", [page, read], []],
    ["was written elsewhere", [{ ...wrote, frame: mfn(0x52) }, page, read], []],
    ["got nowhere", [{ ...dma, frame: null }, page, read], []],
    ["is no client's", [wrote, allocated(0x51, "kernel"), read], []],
    ["is nobody's", [wrote, read], []],
    ["is another page than was meant", [wrote, page, { ...read, machine: machine(0x9000) }], []],
    ["lies who knows where", [wrote, page, { ...read, phys: null }], []],
    ["is read nowhere", [wrote, page, { ...read, reached: null, machine: null }], []],
    ["is in no frame that is told", [wrote, page, { ...read, frame: null }], []],
  ])("%s", (_, events, lines) => {
    expect(judged(pageExposed, events)).toEqual(lines);
  });
});

describe("a frame that a page gets", () => {
  const set = (page: number, frame: number) =>
    told("p2m.set", {
      ...{ page: pfn(page), phys: phys(page * 0x1000), machine: machine(frame * 0x1000) },
    });
  test.each<[string, Event[], string[]]>([
    ["is nobody else's", [set(1, 0x30), set(2, 0x31)], ["held 2"]],
    [
      "is another page's",
      [set(1, 0x30), set(2, 0x30)],
      ["held 1", "#2 p2m 0x2 p2m 0x1: frame 0x30 is given to pfn 0x2 and still stands behind 0x1"],
    ],
    ["was its own", [set(1, 0x30), set(1, 0x30)], ["held 2"]],
    ["was another page's", [set(1, 0x30), set(1, 0x31), set(2, 0x30)], ["held 3"]],
  ])("%s", (_, events, lines) => {
    expect(judged(p2mInverse, events, xen)).toEqual(lines);
  });
});
