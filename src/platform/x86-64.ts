// x86-64.ts - the AMD64 under a 64-bit kernel, on bare metal and as dom0 of Xen.
//
// Linear mapping and ioremap addresses as in include/asm-x86_64/page.h and pgtable.h of 2.6.12-rc2, and in
// Xen's asm-x86_64/page.h; virt is relative to the bottom of the kernel's half.

import { pfn } from "../address.ts";
import { linuxSwiotlb } from "./dma/swiotlb-eras.ts";
import { nativeI386 } from "./native-i386.ts";
import type { CodeOf, Platform } from "./platform.ts";
import { xenI386 } from "./xen-i386.ts";

const KERNEL_HALF = 0xffff800000000000n;
const relative = (address: bigint): number => Number(address - KERNEL_HALF);

/** linux's own swiotlb; the boot allocator has pages that every device reaches. */
export const linuxPool: CodeOf<"swiotlb"> = {
  name: "swiotlb",
  era: linuxSwiotlb,
  option: null,
  totalPages: 0,
  isDomain0: false,
  bootPfn: 0x1000,
};

const long = {
  wordBits: 64,
  lowPages: Number.POSITIVE_INFINITY,
  virtBase: KERNEL_HALF,
  remapFrom: relative(0xffffc20000000000n),
  chipsets: [
    ...["amd64-8151", "amd64-8151-2p", "amd64-8151-b1", "amd64-8151-noaper"],
    ...["amd64-nforce3", "amd64-uli1689", "amd64-k8t800"],
  ],
} as const;

export const nativeX86_64: Platform = {
  ...nativeI386,
  ...long,
  name: "native-x86_64",
  pageOffset: relative(0xffff810000000000n),
};

export const nativeX86_64hi: Platform = {
  ...nativeX86_64,
  name: "native-x86_64hi",
  ram: { first: pfn(0x140000), pages: 0x10000, bump: pfn(0x141000) },
};

/**
 * The kernel uses the GART as its PCI IOMMU too and keeps the upper half of the 64 MB aperture for that
 * (arch/x86_64/kernel/pci-gart.c of 2.6.12-rc2: iommu_size, half the aperture unless told otherwise).
 */
export const nativeX86_64iommu: Platform = {
  ...nativeX86_64,
  name: "native-x86_64iommu",
  agpReserved: 0x2000000,
  dma: {
    ...nativeX86_64.dma,
    code: {
      name: "gart",
      aperture: 0xe0000000,
      apertureMb: 64,
      northbridges: 1,
      endPfn: 0x200000,
      option: null,
    },
  },
};

/** `iommu=soft`: linux's swiotlb, as machines without a GART have it above 4 GB; `swiotlb=512` keeps its pool at 2 MB. */
export const nativeX86_64swiotlb: Platform = {
  ...nativeX86_64hi,
  name: "native-x86_64swiotlb",
  dma: { ...nativeX86_64.dma, code: { ...linuxPool, option: "512" } },
};

/** For 20 months this port of Xen had no agp.h: its drivers ran with `legacy` (xen 99bbc67f93). */
export const xenX86_64: Platform = {
  ...xenI386,
  ...long,
  name: "xen-x86_64",
  pageOffset: relative(0xffff880000000000n),
};
