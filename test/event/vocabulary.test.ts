// vocabulary.test.ts - every kind of event is named by one rule and reads aloud as one line.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aperture,
  bus,
  busPage,
  directoryIndex,
  gattIndex,
  machine,
  mfn,
  pfn,
  phys,
  pteIndex,
  virt,
  vpn,
} from "../../src/address.ts";
import { DOMID_XEN, strangerTag } from "../../src/event/device.ts";
import { families, SUBJECT_FAMILIES } from "../../src/event/field.ts";
import { bdfOf, registerNumber } from "../../src/event/register.ts";
import {
  declarationOf,
  type Event,
  eventText,
  type KindName,
  kindNames,
  subjectOf,
} from "../../src/event/vocabulary.ts";
import { eventOf } from "./generated.ts";

type Told<K extends KindName> = readonly [
  Omit<Extract<Event, { kind: K }>, "kind" | "actor">,
  string,
];

// The machine of the mail: a dom0 page with pfn 0xabcd and mfn 0x51f3, the table at 0x1230000.
const page = { phys: phys(0x0abcd000), machine: machine(0x051f3000) };
const given = { ...page, bus: bus(0x051f3000), reached: machine(0x051f3000) };
const ATTBASE = registerNumber("config", bdfOf("0000:00:00.0"), 0xb8);
const word = 0x51f3017;
const alloc = {
  allocation: pfn(0xabcd),
  by: "alloc_page",
  use: "agp",
  size: 4096,
  ...page,
} as const;
const dma = {
  handle: bus(0x60000),
  direction: "coherent",
  bus: bus(0x60000000),
  size: 0x40000,
} as const;

const told: { readonly [K in KindName]: Told<K> } = {
  "op.began": [
    { op: 3, name: "bind", arguments: { slot: 0, pages: [1, 2, 3, 4, 5], none: null } },
    "op 3 bind slot=0 pages=[5 values] none=null",
  ],
  "op.ended": [{ op: 3, result: { ret: -22 } }, "op 3 ended ret=-22"],
  "call.entered": [{ text: "alloc_gatt_pages(4)" }, "enter alloc_gatt_pages(4)"],
  "call.returned": [{ text: "probe", result: -12 }, "probe = -12"],
  "message.logged": [{ level: "err", text: "unable to remap" }, "printk err: unable to remap"],
  "page.allocated": [alloc, "alloc_page: a page for agp at ?:v 0xabcd000:p 0x51f3000:m"],
  "page.freed": [
    { ...alloc, by: "free_pages", use: "gatt", size: 65536, virt: virt(0xcabcd000) },
    "free_pages: 16 pages of gatt at 0xcabcd000:v 0xabcd000:p 0x51f3000:m",
  ],
  "p2m.set": [{ page: pfn(0xabcd), ...page }, "p2m[0xabcd] <- 0x51f3"],
  "p2m.cleared": [{ page: pfn(0xabcd), ...page }, "p2m[0xabcd] cleared, was 0x51f3"],
  "hypercall.made": [
    { call: "dom_mem_op(MEMOP_decrease_reservation)", result: 1, machine: page.machine },
    "dom_mem_op(MEMOP_decrease_reservation) frame 0x51f3 = 1",
  ],
  "iommu.mapped": [
    { page: busPage(0x60000), bus: bus(0x60000000), machine: machine(0x100040000), size: 4096 },
    "iommu[0x60000000] <- 0x100040000, 4096 bytes",
  ],
  "iommu.unmapped": [
    { page: busPage(0x60000), bus: bus(0x60000000), size: 4096 },
    "iommu[0x60000000] cleared, 4096 bytes",
  ],
  "iommu.opened": [
    { page: busPage(0x80000), bus: bus(0x80000000), machine: machine(0), size: 0x40000000 },
    "bus from 0x80000000:b, 0x40000000 bytes: memory from 0x0:m",
  ],
  "iommu.filled": [
    { page: busPage(0), bus: bus(0), machine: machine(0x7ffff000), size: 0x80000000 },
    "iommu[0x0] and on, 524288 entries, lead to 0x7ffff000",
  ],
  "dma.mapped": [dma, "dma coherent 262144 bytes at 0x60000000:b"],
  "dma.unmapped": [dma, "dma coherent 262144 bytes at 0x60000000:b ended"],
  "hook.called": [
    { hook: "virt_to_gart", virt: virt(0xcabcd000), ...given },
    "virt_to_gart(0xcabcd000:v) = 0x51f3000:b",
  ],
  "table.remapped": [
    {
      page: vpn(0xd0800),
      function: "ioremap_nocache",
      virt: virt(0xd0800000),
      ...given,
      size: 4096,
    },
    "ioremap_nocache(0x51f3000) at 0xd0800000 reaches 0x51f3000",
  ],
  "gatt.written": [
    { entry: gattIndex(0x42), word, ...given },
    "gatt[0x42] <- 0x51f3017, names 0x51f3000, page is at 0x51f3000",
  ],
  "gatt.read": [{ entry: gattIndex(0x42), word: 0 }, "gatt[0x42] = 0x0"],
  "outside.written": [
    { frame: mfn(0x51f2), entry: -1, virt: virt(0xcabccffc), word, ...given },
    "entry -1, outside the table, in frame 0x51f2 <- 0x51f3017, names 0x51f3000, page is at 0x51f3000",
  ],
  "outside.read": [
    { frame: mfn(0x51f2), entry: -1, virt: virt(0xcabccffc), word: 0 },
    "entry -1, outside the table, in frame 0x51f2 = 0x0",
  ],
  "directory.written": [
    { entry: directoryIndex(896), word: 0x456001, bus: bus(0x456000) },
    "directory[0x380] <- 0x456001, names 0x456000",
  ],
  "directory.read": [{ entry: directoryIndex(896), word: 0x456001 }, "directory[0x380] = 0x456001"],
  "scratch-directory.written": [
    { entry: directoryIndex(3), word: 0x00456001, bus: bus(0x00456000) },
    "scratch directory[0x3] <- 0x456001, names 0x456000",
  ],
  "scratch-directory.read": [{ entry: directoryIndex(3), word: 0 }, "scratch directory[0x3] = 0x0"],
  "register.written": [
    { register: ATTBASE, word: 0x1230000, size: 4 },
    "0000:00:00.0+0xb8 <- 0x1230000",
  ],
  "register.read": [
    { register: ATTBASE, word: 0x1230000, size: 4 },
    "0000:00:00.0+0xb8 = 0x1230000",
  ],
  "cache.flushed": [
    { instruction: "flush_dcache_range", virt: virt(0xc1230000), size: 32 },
    "flush_dcache_range 0xc1230000, 32 bytes",
  ],
  "tlb.flushed": [{ which: "gart" }, "gart TLB flushed"],
  "attribute.changed": [
    { attribute: "reserved", phys: phys(0x1230000), size: 65536 },
    "0x1230000:p and 15 more now reserved",
  ],
  "cpu.wrote": [
    { frame: mfn(0x51f3), tag: 7, machine: page.machine },
    "cpu writes tag 7 at 0x51f3000:m",
  ],
  "cpu.read": [
    { frame: mfn(0x51f3), tag: 0, machine: page.machine },
    "cpu reads zeroes at 0x51f3000:m",
  ],
  "device.wrote": [
    { bus: aperture(0xe0042000), tag: 7 },
    "writes tag 7 at 0xe0042000:b, gets nowhere",
  ],
  "device.read": [
    { bus: aperture(0xe0042000), reached: machine(0x0abcd000), tag: strangerTag(1) },
    "reads 0xe0042000:b, reaches 0xabcd000:m, meets a page of dom1",
  ],
  "bio.merged": [
    { ...given, size: 4096 },
    "segments merged at 0x51f3000:b, next is at 0x51f3000:m",
  ],
  "bio.split": [
    { ...given, size: 4096 },
    "segments kept apart at 0x51f3000:b, next is at 0x51f3000:m",
  ],
  "fault.raised": [
    { fault: "foreign-ram", text: "ioremap_nocache", bus: bus(0x1230000) },
    "foreign-ram: ioremap_nocache (asked for 0x1230000:b)",
  ],
  "events.lost": [{ count: 17, text: "CPU 0" }, "17 events lost: CPU 0"],
  "dma.synced": [
    { direction: "from-device", bus: bus(0x60000800), size: 512 },
    "dma from-device 512 bytes at 0x60000800:b synced",
  ],
  "iommu.translated": [
    { ...given, device: bdfOf("0000:00:04.0"), size: 4096 },
    "iommu takes 0x51f3000:b for 0000:00:04.0 to 0x51f3000:m",
  ],
  "descriptor.written": [{ ...given, size: 4096 }, "4096 bytes at 0x51f3000:b named to the device"],
  "page.copied": [
    { frame: mfn(0x3a800), direction: "to-slot", ...page, reached: machine(0x3a800000), size: 512 },
    "512 bytes copied to-slot from 0xabcd000:p to 0x3a800000:m",
  ],
  "request.issued": [
    { request: 9, what: "write", layer: "nvme", lba: 128, size: 65536, text: "qid 1 cid 516" },
    "request 9: nvme write 65536 bytes at block 128 (qid 1 cid 516)",
  ],
  "request.fetched": [
    { request: 9, what: "flush", layer: "nvme" },
    "request 9: nvme flush, fetched",
  ],
  "request.mapped": [
    { request: 9, what: "read", layer: "nvme", position: 65536, size: 4096, ...given },
    "request 9: 4096 bytes of the disk from byte 65536 on are at 0x51f3000:b",
  ],
  "request.completed": [
    { request: 9, what: "read", layer: "block", lba: 0 },
    "request 9: block read ? bytes at block 0, completed",
  ],
  "pte.written": [
    { entry: pteIndex(0x98c1a5), word: 0x31025063, high: 0x800, ...given },
    "page-table entry <- 0x8000000031025063, means 0xabcd000:p",
  ],
};

/** The same kinds where they can say less or more, so that they read otherwise. */
const toldOtherwise: { readonly [K in KindName]?: readonly Told<K>[] } = {
  "op.began": [
    [{ op: 0, name: "init", arguments: {} }, "op 0 init"],
    [
      { op: 1, name: "bind", arguments: { pages: [1, 2, 3, 4], bytes: ["x".repeat(60)] } },
      "op 1 bind pages=[1,2,3,4] bytes=[1 values]",
    ],
    [
      { op: 1, name: "bind", arguments: { at: { slot: 1, entry: "x".repeat(39) } } },
      `op 1 bind at={"slot":1,"entry":"${"x".repeat(39)}"}`,
    ],
    [
      { op: 1, name: "bind", arguments: { at: { slot: 1, entry: "x".repeat(40) } } },
      "op 1 bind at={slot entry}",
    ],
    [
      { op: 1, name: "bind", arguments: { text: "x".repeat(80) } },
      `op 1 bind text=${"x".repeat(80)}`,
    ],
  ],
  "op.ended": [[{ op: 3, result: {} }, "op 3 ended"]],
  "call.entered": [[{}, "enter"]],
  "call.returned": [
    [{ result: 16 }, "return = 16"],
    [{ text: "probe", result: 16 }, "probe = 0x10"],
    [{ text: "probe", result: 0 }, "probe = 0x0"],
  ],
  "page.freed": [
    [{ ...alloc, virt: null }, "alloc_page: a page of agp at ?:v 0xabcd000:p 0x51f3000:m"],
  ],
  "hypercall.made": [
    [{ call: "memory_op", text: "XENMEM_exchange" }, "memory_op(XENMEM_exchange) = ?"],
  ],
  "iommu.mapped": [
    [
      { page: busPage(0), bus: bus(0), machine: machine(0x1000), size: 4096, device: 8 },
      "iommu[0x0] <- 0x1000, 4096 bytes for 0000:00:01.0",
    ],
  ],
  "iommu.translated": [[{ bus: bus(0x1000), size: 4096 }, "iommu takes 0x1000:b to nowhere"]],
  "dma.mapped": [
    [{ ...dma, device: 8 }, "dma coherent 262144 bytes at 0x60000000:b for 0000:00:01.0"],
  ],
  "hook.called": [
    [
      { hook: "virt_to_phys", ...page, virt: virt(0xcabcd000) },
      "virt_to_phys(0xcabcd000:v) = 0xabcd000:p",
    ],
    [
      { hook: "gart_to_virt", ...given, virt: virt(0xcabcd000) },
      "gart_to_virt(0x51f3000:b) = 0xcabcd000:v",
    ],
    [{ hook: "phys_to_virt" }, "phys_to_virt(?:p) = ?:v"],
  ],
  "gatt.written": [
    [{ entry: gattIndex(1), word, bus: bus(0x1000) }, "gatt[0x1] <- 0x51f3017, names 0x1000"],
    [{ entry: gattIndex(1), word, high: 0x800 }, "gatt[0x1] <- 0x80000000051f3017"],
    [{ entry: gattIndex(1), word, high: 0 }, "gatt[0x1] <- 0x51f3017"],
  ],
  "outside.written": [
    [
      { frame: mfn(0x51f2), entry: -1, virt: virt(0xcabccffc), word, text: "the page before" },
      "entry -1, outside the table, in frame 0x51f2 (the page before) <- 0x51f3017",
    ],
  ],
  "cache.flushed": [[{ instruction: "wbinvd" }, "wbinvd"]],
  "attribute.changed": [
    [{ attribute: "cached", phys: page.phys, size: 4096 }, "0xabcd000:p now cached"],
  ],
  "cpu.read": [
    [
      { frame: mfn(1), tag: strangerTag(0), machine: machine(0x1000) },
      "cpu reads a page of this kernel at 0x1000:m",
    ],
  ],
  "device.read": [
    [
      { bus: bus(0x1000), reached: machine(0x1000), tag: strangerTag(DOMID_XEN) },
      "reads 0x1000:b, reaches 0x1000:m, meets a page of Xen",
    ],
    [{ bus: bus(0x1000) }, "reads 0x1000:b, gets nowhere, meets nothing"],
  ],
  "fault.raised": [[{ fault: "oops" }, "oops"]],
  "events.lost": [
    [{ count: 1 }, "1 events lost"],
    [{ count: 0, text: "CPU 0" }, "events lost: CPU 0"],
  ],
  "request.mapped": [
    [
      { request: 9, what: "read", layer: "ata", size: 512, bus: bus(0x1000) },
      "request 9: 512 bytes are at 0x1000:b",
    ],
  ],
  "pte.written": [
    [
      { entry: pteIndex(1), word, virt: virt(0xc0000008) },
      "page-table entry at 0xc0000008 <- 0x51f3017",
    ],
  ],
};

test.each(
  Object.entries(toldOtherwise).flatMap(([kind, list]) =>
    list.map(([fields, text]) => [text, { kind, actor: "kernel", ...fields } as Event] as const),
  ),
)('an event that says less or more reads "%s"', (text, event) => {
  expect(eventText(event, 0n)).toBe(text);
});

/** What JavaScript makes of what is not there, or is no text. */
const UNTOLD = /undefined|NaN|\[object/;

describe.each(kindNames)("%s", (kind) => {
  const [fields, text] = told[kind];
  const event = { kind, actor: "kernel", ...fields } as Event;

  test(`reads "${text}"`, () => {
    expect(eventText(event, 0n)).toBe(text);
  });

  test("reads as words whatever it says, with nothing that it does not say", () => {
    fc.assert(
      fc.property(eventOf(kind), (said) => {
        // A text of its own can be any.
        fc.pre(
          !UNTOLD.test(
            JSON.stringify(said, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
          ),
        );
        expect(eventText(said, 0n)).not.toMatch(UNTOLD);
        expect(eventText(said, 0n).trim()).not.toBe("");
      }),
    );
  });

  test("is named noun.past-participle and keeps each field in a place of its own", () => {
    expect(kind).toMatch(
      /^[a-z0-9-]+\.([a-z]+ed|began|ended|read|wrote|written|made|set|split|lost)$/,
    );
    const places = Object.values(declarationOf(kind).fields).map(
      ({ in: place, unit, names }) => `${place} ${names === null ? "" : unit}`,
    );
    expect(new Set(places).size).toBe(places.length);
  });

  test("has at most one subject, and texts only where the store has room for them", () => {
    const places = Object.values(declarationOf(kind).fields).map((field) => field.in);
    const isOp = kind === "op.began" || kind === "op.ended";
    expect(places.filter((place) => place === "subject").length).toBeLessThan(2);
    expect(places.some((place) => place.startsWith("op."))).toBe(isOp);
  });
});

test("a virt reads with its base added, whatever a number can hold", () => {
  const event = { ...alloc, kind: "page.freed", actor: "kernel", virt: virt(0x1010000) } as const;
  expect(eventText(event, 0xc000000000000000n)).toContain(" at 0xc000000001010000:v ");
  expect(eventText(event, 0n)).toContain(" at 0x1010000:v ");
});

describe("the subject of an event", () => {
  const subjectIn = (event: object) => {
    const code = subjectOf({ actor: "kernel", ...event } as Event);
    return code === null ? null : `${families[code % SUBJECT_FAMILIES]} ${code >> 4}`;
  };

  test.each([
    ["op.ended", { op: 3 }, "op 3"],
    ["page.freed", { allocation: pfn(5) }, "allocation 5"],
    ["p2m.set", { page: pfn(0), phys: phys(0x1000) }, "p2m 0"],
    ["iommu.mapped", { page: busPage(7), size: 4096 }, "iommu 7"],
    ["dma.mapped", { handle: bus(0x60), bus: bus(0x70) }, "dma 96"],
    ["table.remapped", { page: vpn(9), size: 4096 }, "mapping 9"],
    ["gatt.written", { word: 1, entry: gattIndex(0x42) }, "gatt 66"],
    ["directory.read", { entry: directoryIndex(3) }, "directory 3"],
    ["scratch-directory.read", { entry: directoryIndex(3) }, "scratch-directory 3"],
    ["register.read", { register: ATTBASE, size: 4 }, "register 184"],
    ["cpu.wrote", { frame: mfn(8), tag: 1 }, "content 8"],
    ["outside.written", { entry: -1, frame: mfn(8) }, "content 8"],
    ["request.issued", { request: 9, lba: 1 }, "request 9"],
    ["pte.written", { entry: pteIndex(2), high: 1 }, "pte 2"],
  ])("of %s is the field of a family, whatever else is numbered", (kind, fields, subject) => {
    expect(subjectIn({ kind, ...fields })).toBe(subject);
  });

  test("is none where no field has a family, or nothing is known of that field", () => {
    expect(subjectIn({ kind: "tlb.flushed", which: "gart" })).toBeNull();
    expect(subjectIn({ kind: "events.lost", count: 1 })).toBeNull();
    expect(subjectIn({ kind: "gatt.read", word: 0, entry: null })).toBeNull();
    expect(subjectIn({ kind: "gatt.read", word: 0 })).toBeNull();
  });
});
