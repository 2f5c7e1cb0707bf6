// xen-i386.ts - the same PC as dom0 of the Xen of March 2005: Xen decides which frame each page has.
//
// Xen has the first 16 MB and, from 0x80000 up, the free frames out of which it makes contiguous regions.
// Two other domains have the frames 0x1000 to 0x3ffff and 0x50000 to 0x7ffff; dom0 gets the lowest of
// the others: with 256 MB those from 0x40000 to 0x4ffff, with more also those above 4 GB.

import { distance, type Mfn, mfn, offset, pfn } from "../address.ts";
import { Dice } from "../dice.ts";
import { DOMID_XEN } from "../event/device.ts";
import { xenEras } from "./dma/swiotlb-eras.ts";
import { nativeI386 } from "./native-i386.ts";
import { type Backing, type Dealt, type Frames, MMIO_FRAME, type Platform } from "./platform.ts";

const HEAP: Frames = { first: mfn(0x80000), end: MMIO_FRAME };
/** The first frame of RAM that Xen assigns to domains, and the first one above the devices. */
const RAM = mfn(0x1000);
const ABOVE_4_GB = mfn(0x100000);
const FIRST_PAGE = pfn(0);
/** The factor by which the reference recordings scatter frames. */
const STEP = 0x6a5d;
const FOREIGN: readonly Frames[] = [
  { first: mfn(0x1000), end: mfn(0x40000) },
  { first: mfn(0x50000), end: mfn(0x80000) },
];
const LOW_HEAP: Frames = { first: mfn(0x18000), end: mfn(0x40000) };
const FOREIGN_BELOW: readonly Frames[] = [
  { first: mfn(0x1000), end: LOW_HEAP.first },
  { first: mfn(0x50000), end: mfn(0x80000) },
];

export const xenI386: Platform = {
  ...nativeI386,
  name: "xen-i386",
  physIsMachine: false,
  ...dealt(nativeI386.ram.pages, FOREIGN),
  dealt: (pages, foreign) => dealt(pages, foreign ?? FOREIGN),
  ioremap: "machine",
  // asm-xen/asm-i386/io.h overrides BIOVEC_PHYS_MERGEABLE.
  dma: { ...nativeI386.dma, mergeable: "phys-and-machine" },
  contiguousFrom: HEAP.first,
};

/** The same where Xen's free frames begin lower: contiguous regions are below 512 MB. */
export const xenI386low: Platform = {
  ...xenI386,
  name: "xen-i386low",
  ...dealt(nativeI386.ram.pages, FOREIGN_BELOW, LOW_HEAP),
  dealt: (pages, foreign) => dealt(pages, foreign ?? FOREIGN_BELOW, LOW_HEAP),
  contiguousFrom: LOW_HEAP.first,
};

/**
 * With the swiotlb of August 2005 (xen f31042c4c4), and the 2 MB that it has where RAM ends below 2 GB. The pool
 * is of low frames, within reach of a device that is said to drive 30 lines; the buffers are not.
 */
export const xenI386swiotlb: Platform = {
  ...xenI386low,
  name: "xen-i386-swiotlb",
  dma: {
    ...xenI386.dma,
    code: {
      name: "swiotlb",
      era: xenEras[0]!,
      option: "512",
      totalPages: 0x100000,
      isDomain0: true,
      bootPfn: null,
    },
  },
};

/** An ordinary domain: it has memory, but no access to physical devices, so that there is no AGP. */
export const xenI386DomU: Platform = { ...xenI386, name: "xen-i386-domu", ownsDevices: false };

/** `heap` is what Xen keeps below its usual free frames, if anything. */
function dealt(pages: number, foreign: readonly Frames[], heap?: Frames): Dealt {
  const reserved = heap === undefined ? [HEAP] : [heap, HEAP];
  const own = freeFrames(pages, [...foreign, ...reserved]);
  const holder = (frame: Mfn) => foreign.findIndex((range) => isIn(range, frame));
  return {
    backing: (seed) => backing(own, pages, seed),
    owner: (frame) => {
      if (frame < RAM || reserved.some((range) => isIn(range, frame))) return DOMID_XEN;
      if (own.some((range) => isIn(range, frame))) return 0;
      const domain = holder(frame);
      if (domain >= 0) return domain + 1;
      return frame < MMIO_FRAME ? DOMID_XEN : null;
    },
    strangersPage: (frame) => {
      const range = foreign[holder(frame)];
      return range === undefined ? null : pfn(distance(range.first, frame));
    },
  };
}

const isIn = ({ first, end }: Frames, frame: Mfn): boolean => frame >= first && frame < end;

/** The lowest frames that no other domain has, as many as there are pages. */
function freeFrames(pages: number, others: readonly Frames[]): Frames[] {
  const ranges = [...others, { first: HEAP.first, end: ABOVE_4_GB }].sort((a, b) =>
    distance(b.first, a.first),
  );
  const found: Frames[] = [];
  let [at, missing] = [RAM, pages];
  for (const { first, end } of [...ranges, { first: mfn(Number.POSITIVE_INFINITY), end: mfn(0) }]) {
    const take = Math.min(distance(at, first), missing);
    if (take > 0) {
      found.push({ first: at, end: offset(at, take) });
      missing -= take;
    }
    if (end > at) at = end;
  }
  return found;
}

/** Seed 0 scatters as the reference recordings do; any other seed shuffles. */
function backing(own: readonly Frames[], pages: number, seed: number): Backing {
  const isOneToOne = greatestDivisor(pages, STEP) === 1;
  const dealt =
    seed === 0 && isOneToOne
      ? Uint32Array.from({ length: pages }, (_, pfn) => (pfn * STEP + 0x3c21) % pages)
      : new Dice(seed).shuffled(pages);
  const back = new Uint32Array(pages);
  for (let pfn = 0; pfn < pages; pfn++) back[dealt[pfn]!] = pfn;
  // The index of a frame among this domain's, and the frame of an index.
  const starts = own.map((_, i) =>
    own.slice(0, i).reduce((sum, { first, end }) => sum + distance(first, end), 0),
  );
  return {
    frameOf: (page) => {
      const index = dealt[distance(FIRST_PAGE, page)]!;
      const i = starts.findLastIndex((start) => start <= index);
      return offset(own[i]!.first, index - starts[i]!);
    },
    pageOf: (frame) => {
      const i = own.findIndex((range) => isIn(range, frame));
      return i < 0 ? null : pfn(back[starts[i]! + distance(own[i]!.first, frame)]!);
    },
  };
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
