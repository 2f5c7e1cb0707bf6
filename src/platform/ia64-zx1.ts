// ia64-zx1.ts - HP's Itanium machines: PCI is translated by an I/O MMU; AGP has the upper half of its window.
//
// The kernel is built with pages of 4 KB; ia64 also has 16 KB and others. virt_to_bus is the
// physical address here (include/asm-ia64/io.h).

import { nativeI386 } from "./native-i386.ts";
import type { Platform } from "./platform.ts";

export const ia64Zx1: Platform = {
  ...nativeI386,
  name: "ia64-zx1",
  wordBits: 64,
  virtBase: 0xe000000000000000n,
  pageOffset: 0,
  agpPagesUncached: false,
  lowPages: Number.POSITIVE_INFINITY,
  dma: {
    ...nativeI386.dma,
    code: {
      name: "zx1",
      iovaBase: 0x40000000,
      iovaMask: 0xc0000000,
      hasAgp: true,
      lastResort: "stale",
    },
  },
  chipsets: ["zx1"],
};
