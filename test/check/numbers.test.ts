// numbers.test.ts - numbers that an IOMMU, a page table or ioremap takes, and what becomes of the kernel.

import { describe, expect, test } from "vitest";
import { bus, busPage, machine, pfn, phys, pteIndex, virt, vpn } from "../../src/address.ts";
import { iommuTlbStale } from "../../src/check/iommu-tlb-stale.ts";
import { kernelFault } from "../../src/check/kernel-fault.ts";
import { numberAstray } from "../../src/check/number-astray.ts";
import { remapAstray } from "../../src/check/remap-astray.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { accessed, capture, judged, leading, native, told, xen } from "./judged.ts";

const right = leading(0x51000, 0x51000, 0x51000);
const astray = leading(0x51000, 0x7000, 0x7000);

describe.each([
  ["an IOMMU", (addresses: typeof right) => told("iommu.translated", { ...addresses, size: 1 })],
  [
    "a descriptor",
    (addresses: typeof right) => told("descriptor.written", { ...addresses, size: 1 }),
  ],
  [
    "a request",
    (addresses: typeof right) =>
      told("request.mapped", { ...addresses, request: 1, what: "read", layer: "nvme", size: 1 }),
  ],
  [
    "a page table",
    (addresses: typeof right) => told("pte.written", { ...addresses, entry: pteIndex(1), word: 1 }),
  ],
] as const)("the number that %s takes", (_, taken) => {
  test.each<[string, Event, string[]]>([
    ["leads to its page", taken(right), ["held 1"]],
    [
      "leads elsewhere",
      taken(astray),
      ["#1: 0x7000:b leads to 0x7000:m; the page is at 0x51000:m [foreign-frame]"],
    ],
    [
      "is of a page that nobody knows",
      { ...taken(astray), machine: null } as Event,
      ["unknown 1 from #1: the trace does not say where the page lies"],
    ],
    ["leads nowhere", { ...taken(astray), reached: null } as Event, []],
  ])("%s", (_, event, lines) => {
    expect(judged(numberAstray, [event])).toEqual(lines);
  });
});

describe("a translation that the IOMMU's TLB has", () => {
  const page = { page: busPage(2), bus: bus(0x2000), size: 0x1000 };
  const map = (frame: number) =>
    told("iommu.mapped", { ...page, machine: machine(frame * 0x1000) });
  const unmap = told("iommu.unmapped", page);
  // Only of a DART, whose unused entries lead to a spare page, are all flushes known.
  const dart = told("iommu.filled", {
    ...{ page: busPage(0), bus: bus(0), size: 0x10000 },
    ...{ phys: phys(0x9000), machine: machine(0x9000) },
  });
  const read = accessed("device.read", { number: 0x2000, to: 0x51000 });
  const wrote = accessed("device.wrote", { number: 0x2000, to: 0x51000 });
  const old = (seq: number, now: string) =>
    `#${seq} iommu 0x2: 0x2000:b still leads to frame 0x51; the table says ${now} [stale]`;
  test.each<[string, Event[], string[]]>([
    ["is not used twice", [dart, map(0x51), read], []],
    ["is the table's", [dart, map(0x51), read, wrote], ["held 1"]],
    ["is not the table's any more", [dart, map(0x51), read, unmap, read], [old(5, "0x9")]],
    [
      "is not the table's any more for a write",
      [dart, map(0x51), read, map(0x52), wrote],
      [old(5, "0x52")],
    ],
    ["is not for a card", [dart, map(0x51), read, unmap, { ...read, actor: "card" }], []],
    [
      "is flushed",
      [dart, map(0x51), read, unmap, told("tlb.flushed", { which: "iommu" }), read],
      [],
    ],
    ["is not kept by another IOMMU", [map(0x51), read, unmap, read], []],
  ])("%s", (_, events, lines) => {
    expect(judged(iommuTlbStale, events)).toEqual(lines);
  });
});

describe("ioremap", () => {
  const mapped = (addresses: typeof right) =>
    told("table.remapped", {
      ...{ page: vpn(0xf8000), function: "ioremap_nocache", virt: virt(0xf8000000) },
      ...{ ...addresses, size: 0x1000 },
    });
  const refused = (addresses: object, size = 0x1000) =>
    told("fault.raised", {
      ...{ fault: "foreign-ram", text: "ioremap of 0x51000", size, ...addresses },
    });
  const p2m = (page: number, frame: number) =>
    told("p2m.set", {
      ...{ page: pfn(page), phys: phys(page * 0x1000), machine: machine(frame * 0x1000) },
    });
  const moved = { ...leading(0x51000, 0x51000, 0x51000, 0x4000) };
  const said = "0x7000 leads to 0x7000:m";
  test.each<[string, Event[], string[], about?: typeof native]>([
    ["maps the page", [mapped(right)], ["held 1"]],
    [
      "maps another",
      [mapped(astray)],
      [`#1 mapping 0xf8000: ${said}; the page is at 0x51000:m [foreign-frame]`],
    ],
    [
      "maps what is no page of the kernel's",
      [{ ...mapped(astray), machine: null, phys: null }],
      [],
    ],
    ["maps a page of unknown place", [{ ...mapped(astray), machine: null }], []],
    ["maps who knows what", [{ ...mapped(astray), reached: null }], []],
    ["ends a mapping", [{ ...mapped(astray), bus: null }], []],
    [
      "would map another page",
      [refused(astray)],
      [`#1: ${said}, which is refused; the page is at 0x51000:m [foreign-frame]`],
    ],
    ["is refused the page itself", [refused(right)], []],
    ["is not what is refused", [{ ...refused(astray), text: "no ioremap" }], []],
    ["is not what a fault without a text is about", [{ ...refused(astray), text: null }], []],
    [
      "would map a second page that lies elsewhere",
      [p2m(4, 0x51), p2m(5, 0x60), refused(moved, 0x2000)],
      ["#3: page 1 leads to 0x52000:m, which is refused; it is at 0x60000:m [discontiguous]"],
      xen,
    ],
    [
      "would map a third page that lies elsewhere",
      [p2m(4, 0x51), p2m(5, 0x52), p2m(6, 0x60), refused(moved, 0x3000)],
      ["#4: page 2 leads to 0x53000:m, which is refused; it is at 0x60000:m [discontiguous]"],
      xen,
    ],
    [
      "would map pages that lie elsewhere, the first of which is told",
      [p2m(4, 0x51), p2m(5, 0x60), p2m(6, 0x70), refused(moved, 0x3000)],
      ["#4: page 1 leads to 0x52000:m, which is refused; it is at 0x60000:m [discontiguous]"],
      xen,
    ],
    ["would map pages in a row", [p2m(4, 0x51), p2m(5, 0x52), refused(moved, 0x2000)], [], xen],
    ["would map a page that nobody knows", [p2m(4, 0x51), refused(moved, 0x2000)], [], xen],
    ["would map one page", [p2m(4, 0x51), p2m(5, 0x60), refused(moved)], [], xen],
    [
      "would map pages and the first is not asked for",
      [p2m(4, 0x51), p2m(5, 0x60), refused({ ...moved, bus: bus(0x7000) }, 0x2000)],
      [],
      xen,
    ],
    [
      "would map pages elsewhere from the first on",
      [p2m(4, 0x51), p2m(5, 0x60), refused({ ...moved, reached: machine(0x7000) }, 0x2000)],
      ["#3: 0x51000 leads to 0x7000:m, which is refused; the page is at 0x51000:m [foreign-frame]"],
      xen,
    ],
    ...(["phys", "machine", "reached", "bus"] as const).map(
      (name): [string, Event[], string[], typeof native] => [
        `would map pages and ${name} is not told`,
        [p2m(4, 0x51), p2m(5, 0x60), refused({ ...moved, [name]: null }, 0x2000)],
        [],
        xen,
      ],
    ),
    ["is refused on bare metal", [refused(moved, 0x2000)], []],
    [
      "would map no length that is told",
      [p2m(4, 0x51), p2m(5, 0x60), { ...refused(moved), size: null }],
      [],
      xen,
    ],
  ])("%s", (_, events, lines, about) => {
    expect(judged(remapAstray, events, about)).toEqual(lines);
  });
});

describe("the kernel", () => {
  const fault = (kind: "oops" | "blocked" | "iommu" | "panic", text: string | null = null) =>
    told("fault.raised", { fault: kind, text });
  const ended = told("op.ended", { op: 0, result: {} } as never);
  test.each<[string, Event[], string[], captured?: string[]]>([
    ["survives", [ended, ended], ["held 2"], []],
    ["dies", [fault("oops")], ["#1: oops"]],
    ["dies of something", [fault("oops", "Unable to handle")], ["#1: Unable to handle"]],
    ["has a task that waits for ever", [fault("blocked")], ["#1: blocked"]],
    ["stops for good", [fault("panic")], ["#1: panic"]],
    ["refuses a device", [fault("iommu")], []],
  ])("%s", (_, events, lines, captured = lines) => {
    expect(judged(kernelFault, events)).toEqual(lines);
    expect(judged(kernelFault, events, capture(native))).toEqual(captured);
  });
});
