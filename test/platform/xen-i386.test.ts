// xen-i386.test.ts - where dom0's pages lie in the machine, and who owns the other frames.

import fc from "fast-check";
import { expect, test } from "vitest";
import { mfn, offset, type Pfn, pfn, raw } from "../../src/address.ts";
import { DOMID_XEN } from "../../src/event/device.ts";
import { platforms } from "../../src/platform/index.ts";
import { MMIO_FRAME } from "../../src/platform/platform.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";

const { first, pages } = xenI386.ram;
const pfns = Array.from({ length: pages }, (_, i) => offset(first, i));

test("with seed 0 a page lies where the reference recordings have it", () => {
  const { frameOf } = xenI386.backing(0);
  expect(frameOf(pfn(0))).toBe(0x43c21);
  expect(frameOf(pfn(0x1000))).toBe(0x40c21);
  expect(frameOf(pfn(0x1001))).toBe(0x4767e);
  const isByFormula = (page: Pfn, i: number) =>
    frameOf(page) === mfn(0x40000 + ((i * 0x6a5d + 0x3c21) & 0xffff));
  expect(pfns.every(isByFormula)).toBe(true);
});

test("with any seed each page has a frame of its own, which leads back to it", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { frameOf, pageOf } = xenI386.backing(seed);
      expect(new Set(pfns.map(frameOf)).size).toBe(pages);
      expect(pfns.every((pfn) => pageOf(frameOf(pfn)) === pfn)).toBe(true);
      expect(pfns.every((pfn) => xenI386.owner(frameOf(pfn)) === 0)).toBe(true);
    }),
    { numRuns: 8, examples: [[0], [1]] },
  );
});

test("another seed scatters the pages otherwise", () => {
  const [one, two] = [xenI386.backing(1), xenI386.backing(2)];
  expect(pfns.filter((pfn) => one.frameOf(pfn) === two.frameOf(pfn)).length).toBeLessThan(100);
});

test("a frame of anybody else is no page of this kernel", () => {
  const { pageOf } = xenI386.backing(0);
  const strangers = [0, 0xfff, 0x1000, 0x3ffff, 0x50000, 0x7ffff, 0x80000, raw(MMIO_FRAME)].map(
    mfn,
  );
  expect(strangers.map(pageOf)).toEqual(strangers.map(() => null));
  expect(strangers.map(xenI386.owner)).toEqual([
    ...[DOMID_XEN, DOMID_XEN, 1, 1, 2, 2],
    DOMID_XEN, // the heap that contiguous regions are made of
    null,
  ]);
});

test("contiguous regions come out of frames that no domain had", () => {
  const { frameOf } = xenI386.backing(0);
  expect(pfns.some((pfn) => frameOf(pfn) >= xenI386.contiguousFrom!)).toBe(false);
});

test.each(platforms)("$name knows each of its kernel's pages by its frame", (platform) => {
  const { frameOf, pageOf } = platform.backing(0);
  expect(pfns.filter((pfn) => pageOf(frameOf(pfn)) !== pfn)).toEqual([]);
});
