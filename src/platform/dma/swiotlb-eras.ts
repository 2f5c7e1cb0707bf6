// swiotlb-eras.ts - the swiotlb by date: what linux 2.6.12-rc2 had, and what Xen made of it from August to December 2005.
//
// xen f31042c4c4 (16 August), f3d1875ab6 (18 August), db9694d7d2 (6 September) and 2cafb4b4e9 (17 December):
// arch/xen/i386/kernel/{swiotlb,pci-dma}.c and asm-i386/dma-mapping.h.

import type { SwiotlbEra } from "../platform.ts";

const linux: SwiotlbEra = {
  name: "2.6.12-rc2",
  isXen: false,
  addressBits: 64,
  sizeIn: "pages",
  straddling: "passes",
  poolTest: "linear",
  checksBounce: true,
  enabled: "always",
  supports: "pool in reach",
  forceBounces: true,
};

const august16: SwiotlbEra = {
  ...linux,
  name: "2005-08-16",
  isXen: true,
  addressBits: 32,
  straddling: "bounces",
  poolTest: "machine to phys",
  enabled: "2 GB and more",
  supports: "32 bits",
  forceBounces: false,
};

const august18: SwiotlbEra = {
  ...august16,
  name: "2005-08-18",
  sizeIn: "megabytes",
  poolTest: "bus range",
};

const september6: SwiotlbEra = {
  ...august18,
  name: "2005-09-06",
  addressBits: 64,
  straddling: "bounces unless exchanged",
  checksBounce: false,
  supports: "pool in reach",
};

const december17: SwiotlbEra = { ...september6, name: "2005-12-17", enabled: "in domain 0" };

export const linuxSwiotlb = linux;
/** Xen's, the first one first. */
export const xenEras: readonly SwiotlbEra[] = [august16, august18, september6, december17];
