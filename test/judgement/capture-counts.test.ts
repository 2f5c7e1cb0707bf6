// capture-counts.test.ts - what is counted of a captured run, and what is not.

import { expect, test } from "vitest";
import { CaptureCounter, type CaptureCounts } from "../../src/judgement/capture-counts.ts";
import { LiveMappings } from "../../src/machine/access.ts";
import { traceOf } from "../replay/handmade.ts";

function countsOf(...events: readonly object[]): CaptureCounts | null {
  const trace = traceOf(events);
  const mappings = new LiveMappings();
  const counter = new CaptureCounter(mappings);
  for (const { seq, event } of trace.events()) {
    mappings.see(seq, -1, event);
    counter.see(seq, event);
  }
  return counter.counts;
}

const mapped = { kind: "dma.mapped", handle: 0, direction: "to-device", size: 4096 };
const read = { kind: "device.read", actor: "device", size: 512 };
const pte = { kind: "pte.written", entry: 1, word: 1 };
const NONE = { pairs: 0, identity: 0, equalsP2m: 0 };

test("there are no counts where no device of a kernel's is in the trace", () => {
  expect(countsOf()).toBe(null);
  const card = { ...read, actor: "card", bus: 0 };
  expect(countsOf(card, { kind: "iommu.mapped", page: 1, bus: 4096, machine: 4096 })).toBe(null);
});

test.each([
  ["an access", { ...read, bus: 0 }],
  ["a translation", { kind: "iommu.translated", bus: 0 }],
  ["a page-table write", { ...pte, bus: 0 }],
  ["a mapping of a page", { ...mapped, bus: 0, phys: 0 }],
  ["a mapping whose buffer is not told", { ...mapped, bus: 0 }],
  ["a gap", { kind: "events.lost", count: 1 }],
])("%s alone makes counts", (_, event) => {
  expect(countsOf(event)).not.toBe(null);
});

test.each([
  ["coherent", "coherent", "dma_map_sg"],
  ["sg", "to-device", "dma_map_sg"],
  ["sg", "to-device", "xen_swiotlb_map_page"],
  ["page", "to-device", "dma_map_page"],
  ["page", "from-device", null],
] as const)("a mapping is one of %s: %s by %s", (kind, direction, place) => {
  const event = { ...mapped, direction, place, phys: 0x1000, bus: 0x1000, machine: 0x5000 };
  const { dma } = countsOf(event, { ...event, bus: 0x5000 }, { ...event, bus: 0x7000 })!;
  const { page, sg, coherent } = dma;
  expect({ page, sg, coherent }).toEqual({
    ...{ page: NONE, sg: NONE, coherent: NONE },
    [kind]: { pairs: 3, identity: 1, equalsP2m: 1 },
  });
});

test("an access is judged by the mapping that its address came from, of which it may read a part", () => {
  const map = { ...mapped, bus: 0x1000 };
  const { dma, misuses } = countsOf(
    map,
    { ...read, bus: 0x1000, cause: 1 },
    { ...read, bus: 0x1e00, cause: 1 },
    { ...read, bus: 0x1f00, cause: 1 },
    { ...read, bus: 0x1000 },
    { ...read, kind: "device.wrote", bus: 0x1000, cause: 1 },
    { ...map, kind: "dma.unmapped" },
    { ...read, bus: 0x1000, cause: 7 },
  )!;
  expect(dma.deviceAccesses).toEqual({ total: 6, inLiveMapping: 2 });
  expect(misuses).toEqual({
    "past its end": { count: 1, first: 4 },
    "never mapped": { count: 1, first: 5 },
    "wrong direction": { count: 1, first: 6 },
    "after unmap": { count: 1, first: 8 },
  });
});

test("where no source tells of mappings no access is judged", () => {
  const { dma, misuses } = countsOf({ ...read, bus: 0x1000 })!;
  expect(dma.deviceAccesses).toEqual({ total: 1, inLiveMapping: null });
  expect(misuses).toEqual({});
});

test("an IOMMU entry is identity where the bus page has the page's own number, physical if that is known", () => {
  const entry = { kind: "iommu.mapped", page: 1, size: 4096 };
  const gap = { kind: "events.lost", count: 1 };
  const { iommu, unknownSince } = countsOf(
    { ...entry, bus: 0x1000, machine: 0x1000 },
    { ...entry, bus: 0x1000, phys: 0x1000, machine: 0x5000 },
    { ...entry, bus: 0x5000, phys: 0x1000, machine: 0x5000 },
    { ...entry, bus: 0x2000, machine: 0x1000 },
    gap,
    { kind: "iommu.translated", bus: 0x2000, reached: 0x1000, machine: 0x1000 },
    { kind: "iommu.translated", bus: 0x2000, reached: 0x3000, machine: 0x1000 },
    { kind: "iommu.translated", bus: 0x2000, machine: 0x1000 },
    { kind: "iommu.translated", bus: 0x2000, reached: 0x1000 },
    gap,
  )!;
  expect(iommu).toEqual({
    maps: { total: 4, identity: 2 },
    translations: { total: 4, matched: 1 },
  });
  expect(unknownSince).toBe(10);
});

test("of page-table writes those count that name a page, not a table of the next level", () => {
  const entry = { ...pte, bus: 0x5000, machine: 0x5000 };
  const { pageTableWrites } = countsOf(
    { ...entry, place: "xen_set_pte" },
    { ...entry, place: null },
    { ...entry, machine: 0x7000, place: "set_pmd_at" },
    { ...pte, place: "xen_set_pte" },
    ...["xen_set_pmd", "xen_set_pud", "xen_set_p4d"].map((place) => ({ ...entry, place })),
  )!;
  expect(pageTableWrites).toEqual({ present: 3, equalsP2m: 2 });
});
