// ia64-swiotlb.ts - an Itanium machine without an I/O MMU: pages of 16 KB, and bounce buffers above 4 GB.
//
// arch/ia64/lib/swiotlb.c. The simulation counts in pages of 4 KB; a page of this kernel is four of them. The kernel's
// own memory lies above 4 GB here, so that a device of 32 lines needs the pool; `swiotlb=128` keeps that at 2 MB.

import { pfn } from "../address.ts";
import { ia64Zx1 } from "./ia64-zx1.ts";
import type { Platform } from "./platform.ts";
import { linuxPool } from "./x86-64.ts";

export const ia64Swiotlb: Platform = {
  ...ia64Zx1,
  name: "ia64-swiotlb",
  pageOrder: 2,
  ram: { first: pfn(0x140000), pages: 0x10000, bump: pfn(0x141000) },
  dma: { ...ia64Zx1.dma, code: { ...linuxPool, option: "128" } },
};
