// ladder-steps.test.ts - what each step of a page's ladder says, and what it says where there is nothing to look up.

import { describe, expect, test } from "vitest";
import { ladder, partingOf, rungs, type Step } from "../../src/replay/ladder.ts";
import { registerSet } from "../machine/happens.ts";
import { traceOf } from "./handmade.ts";

const pageOf = (number: number, use: string, pages = 1) => ({
  ...{ kind: "page.allocated", by: "alloc_page", use, allocation: number, size: pages * 4096 },
  ...{ virt: 0xc0000000 + number * 4096, phys: number * 4096, machine: number * 4096 },
});
const table = pageOf(0x1000, "gatt");
const pages = pageOf(0x2000, "agp", 2);
const PAGE = 0xc2001000n;
const entry = {
  kind: "gatt.written",
  entry: 5,
  word: 0x2001017,
  phys: 0x2001000,
  machine: 0x2001000,
};
const registers = [registerSet(0x10, 0xe0000000), registerSet(0xb8, 0x1000000)];
const whole = [table, pages, ...registers, entry];

/** What the steps say behind the last event, and whether they lead to the page; those that say nothing left out. */
function steps(events: readonly object[], about: object = {}, virt = PAGE) {
  const trace = traceOf(events, { physIsMachine: true, ...about });
  const all = ladder(trace, trace.count, virt);
  expect(all.map(({ name }) => name)).toEqual(rungs);
  return Object.fromEntries(
    all.flatMap(({ name, says, leads }) => (says === null ? [] : [[name, [leads, says]]])),
  );
}
const XEN = { physIsMachine: false };
const set = { kind: "p2m.set", page: 0x2001, phys: 0x2001000, machine: 0x5000 };

test("on a PC every step is told", () => {
  expect(steps(whole)).toEqual({
    "page table": [null, "less 0xc0000000: physical 0x2001000"],
    owner: [null, "allocated for agp by #2, page 1 of 2"],
    P2M: [null, "physical is machine: 0x2001000"],
    "GATT entry": [true, "gatt[0x5] = 0x2001017 by #5: 0x2001000"],
    "table base": [true, "the chipset fetches 0x2001017 at 0x1000014"],
    aperture: [true, "0xe0005000 reaches 0x2001000"],
  });
});

test("an owner of one page has no other to tell it from, and a page can be nobody's", () => {
  expect(steps([pageOf(0x2001, "kernel")]).owner).toEqual([null, "allocated for kernel by #1"]);
  expect(steps([table]).owner).toEqual([null, "nobody has allocated it"]);
});

test("of a page that the P2M does not place nothing more can be told", () => {
  const { virt, phys, ...placeless } = pages;
  const unplaced = [{ ...placeless, virt, phys, machine: null }, entry];
  expect(Object.keys(steps(unplaced, XEN))).toEqual(["page table", "owner", "P2M"]);
  expect(steps(unplaced, XEN).P2M).toEqual([null, "P2M[0x2001] is not set"]);
  expect(steps([pages, set], XEN).P2M).toEqual([null, "P2M[0x2001] = 0x5: machine 0x5000"]);
});

describe("the kernel has no such address", () => {
  const none = { "page table": [null, "the kernel has no such address"] };

  test("below its own memory or below the virt base, nor where nothing tells where its memory is", () => {
    expect(steps([pages], {}, 0xbffff000n)).toEqual(none);
    expect(steps([pages], { virtBase: 0x1000n }, 0xfffn)).toEqual(none);
    expect(steps([], {})).toEqual(none);
  });

  test("but its first page is one, at the virt base too", () => {
    expect(steps([pages], {}, 0xc0000000n)["page table"]![1]).toMatch(/physical 0x0$/);
    const first = { ...pages, virt: 0, phys: 0, allocation: 0 };
    const said = steps([first], { virtBase: 0x1000n }, 0x1000n)["page table"]![1];
    expect(said).toBe("less 0x1000: physical 0x0");
  });
});

test("the IOMMU is asked which of its entries leads to the page", () => {
  const to = (machine: number, page = 0x60) => ({
    ...{ kind: "iommu.mapped", page, bus: page * 4096, machine, size: 4096 },
  });
  expect(steps([pages, to(0x9000), to(0x2001000, 0x61)]).IOMMU).toEqual([
    ...[true, "0x61000 leads there, for devices behind it"],
  ]);
  expect(steps([pages, to(0x9000)]).IOMMU).toEqual([null, "no entry leads there"]);
});

describe("a DMA handle", () => {
  const map = {
    ...{ kind: "dma.mapped", handle: 0x60000, direction: "to-device", bus: 0x60000, size: 4096 },
    ...{ phys: 0x2001000, machine: 0x2001000, reached: 0x2001000 },
  };
  const handle = (...events: readonly object[]) => steps([pages, ...events])["DMA handle"];

  test.each([
    ["leads to its page", map, true],
    ["leads elsewhere", { ...map, reached: 0x9000 }, false],
    ["leads nobody knows where", { ...map, reached: null }, null],
    ["stands for a page that nobody can place", { ...map, machine: null }, null],
  ])("%s", (_, event, leads) => {
    expect(handle(event)).toEqual([leads, "#2 gave 0x60000 for 4096 bytes at 0x2001000"]);
  });

  test("is one device's, if the trace says so", () => {
    expect(handle({ ...map, device: 8 })![1]).toBe(
      "#2 gave 0x60000 for 0000:00:01.0 for 4096 bytes at 0x2001000",
    );
  });

  test.each([
    ["of a buffer that ends in the page", { ...map, phys: 0x2000000, size: 0x1001 }, true],
    ["of no bytes, at the page", { ...map, size: 0 }, true],
    ["of a buffer that ends before it", { ...map, phys: 0x2000000 }, false],
    ["of a buffer behind it", { ...map, phys: 0x2002000 }, false],
    ["of a buffer that nobody can place", { ...map, phys: null }, false],
  ])("%s", (_, event, isTold) => {
    expect(handle(event) !== undefined).toBe(isTold);
  });

  test("counts while it is in force, the last one first", () => {
    const other = { ...map, handle: 0x70000, bus: 0x70000 };
    expect(handle(map, other)![1]).toMatch(/^#3 gave 0x70000/);
    expect(handle(map, other, { ...other, kind: "dma.unmapped" })![1]).toMatch(/^#2 gave 0x60000/);
    expect(handle(map, { ...map, kind: "dma.unmapped" })).toBe(undefined);
    const again = { ...map, phys: 0x9000, machine: 0x9000, reached: 0x9000 };
    expect(handle(map, { ...map, kind: "dma.unmapped" }, again)).toBe(undefined);
  });
});

describe("the GATT", () => {
  test("is not asked where no chipset is known", () => {
    expect(Object.keys(steps(whole, { chipset: "none" }))).toEqual(["page table", "owner", "P2M"]);
  });

  test("may name the page in no entry, or in none any more", () => {
    const said = (...events: readonly object[]) => steps(events)["GATT entry"];
    expect(said(...whole.slice(0, -1))).toEqual([null, "none names this page"]);
    const others = { ...entry, phys: 0x2000000 };
    const empty = { kind: "gatt.written", entry: 6, word: 0 };
    expect(said(table, pages, others, empty)).toEqual([null, "none names this page"]);
    expect(said(...whole, { ...empty, entry: 5 })).toEqual([
      ...[null, "gatt[0x5] named it by #5 and names it no more"],
    ]);
  });

  test("may hold a word that names no page, or another one", () => {
    const said = (word: number) => steps([...whole.slice(0, -1), { ...entry, word }]);
    expect(said(0x2001016)["GATT entry"]).toEqual([false, "gatt[0x5] = 0x2001016 by #5: no page"]);
    expect(said(0x9017)["GATT entry"]).toEqual([false, "gatt[0x5] = 0x9017 by #5: 0x9000"]);
    expect(said(0x9017).aperture).toEqual([false, "0xe0005000 reaches 0x9000"]);
  });

  test("is not found by the chipset without a base, and elsewhere by another one", () => {
    expect(steps([table, pages, entry])["table base"]).toEqual([
      ...[null, "the chipset was told of no table"],
    ]);
    const elsewhere = [registers[0]!, registerSet(0xb8, 0x3000000)];
    const said = steps([table, pages, ...elsewhere, entry]);
    expect(said["table base"]).toEqual([false, "the chipset fetches 0x0 at 0x3000014"]);
    expect(said.aperture).toEqual([false, "0xe0005000 leads nowhere"]);
  });
});

test("ladders part at the first step that leads to the page in one and elsewhere in another", () => {
  const of = (...leads: (boolean | null)[]): Step[] =>
    rungs.map((name, i) => ({ name, says: "", found: {}, leads: leads[i] ?? null }));
  expect(partingOf([of(null, true), of(null, true), of(null, false)])).toBe("owner");
  expect(partingOf([of(true), of(null)])).toBe(null);
  expect(partingOf([of(null), of(false)])).toBe(null);
  expect(partingOf([of(false, true), of(false, false)])).toBe("owner");
});
