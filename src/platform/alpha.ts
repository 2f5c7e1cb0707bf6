// alpha.ts - an alpha with a Titan: pages of 8 KB, and a bus on which RAM begins at 2 GB.
//
// The simulation counts in pages of 4 KB on every platform; a page of this kernel is two of them, allocated and
// freed together. virt_to_bus is where a PCI device finds RAM through the direct-map window (include/asm-alpha/io.h,
// core_titan.c of 2.6.12), which is not where the I/O MMU's entries find it.

import { nativeI386 } from "./native-i386.ts";
import type { Platform } from "./platform.ts";
import { ppc64G5 } from "./ppc64-g5.ts";

export const alpha: Platform = {
  ...nativeI386,
  name: "alpha",
  wordBits: 64,
  // asm-alpha/ioctl.h: 13 bits of size, and three of direction.
  user: { ...nativeI386.user, ioctl: ppc64G5.user.ioctl },
  virtBase: 0xfffffc0000000000n,
  pageOffset: 0,
  pageOrder: 1,
  lowPages: Number.POSITIVE_INFINITY,
  directMap: 0x80000000,
  dma: {
    ...nativeI386.dma,
    code: { name: "alpha", pciWindow: 2 ** 30, dacOffset: 2 ** 40, maxLowPfn: 0x8000 },
  },
  agpPagesUncached: false,
  chipsets: ["titan"],
};
