// xen-i386.ts - the same PC as dom0 of the Xen of March 2005: pages lie wherever Xen had frames.
//
// dom0 has 256 MB in frames 0x40000 to 0x4ffff. Below and above lie other domains, Xen has the first
// 16 MB and, from 0x80000 up, the free frames out of which it makes contiguous regions.

import { Dice } from "../dice.ts";
import { DOMID_XEN } from "../event/device.ts";
import { nativeI386 } from "./native-i386.ts";
import { type Backing, MMIO_FRAME, type Platform } from "./platform.ts";

const FIRST_FRAME = 0x40000;
const FRAMES = 0x10000;
const DOM1 = 0x1000;
const DOM2 = FIRST_FRAME + FRAMES;
const CONTIGUOUS = 0x80000;
const CONTIGUOUS_LOW = 0x18000;

export const xenI386: Platform = {
  ...nativeI386,
  name: "xen-i386",
  physIsMachine: false,
  backing,
  owner: (mfn) => {
    if (mfn < DOM1) return DOMID_XEN;
    if (mfn < FIRST_FRAME) return 1;
    if (mfn < DOM2) return 0;
    if (mfn < CONTIGUOUS) return 2;
    return mfn < MMIO_FRAME ? DOMID_XEN : null;
  },
  strangersPage: (mfn) => {
    if (mfn < DOM1) return null;
    if (mfn < FIRST_FRAME) return mfn - DOM1;
    return mfn >= DOM2 && mfn < CONTIGUOUS ? mfn - DOM2 : null;
  },
  ioremap: "machine",
  contiguousFrom: CONTIGUOUS,
};

/** The same where Xen's free frames begin lower: contiguous regions are below 512 MB. */
export const xenI386low: Platform = {
  ...xenI386,
  name: "xen-i386low",
  owner: (mfn) => (mfn >= CONTIGUOUS_LOW && mfn < FIRST_FRAME ? DOMID_XEN : xenI386.owner(mfn)),
  contiguousFrom: CONTIGUOUS_LOW,
};

/** An ordinary domain: it has memory, but no access to physical devices, so that there is no AGP. */
export const xenI386DomU: Platform = { ...xenI386, name: "xen-i386-domu", ownsDevices: false };

/** Seed 0 scatters as the reference recordings do; any other seed shuffles. */
function backing(seed: number): Backing {
  const dealt =
    seed === 0
      ? Uint32Array.from({ length: FRAMES }, (_, pfn) => (pfn * 0x6a5d + 0x3c21) % FRAMES)
      : new Dice(seed).shuffled(FRAMES);
  const back = new Uint32Array(FRAMES);
  for (let pfn = 0; pfn < FRAMES; pfn++) back[dealt[pfn]!] = pfn;
  return {
    frameOf: (pfn) => FIRST_FRAME + dealt[pfn]!,
    pageOf: (mfn) => back[mfn - FIRST_FRAME] ?? null,
  };
}
