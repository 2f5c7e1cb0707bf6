// ppc32-mac.ts - a PowerMac of 32 bits: RAM at 0, no IOMMU, and the table in ordinary cached memory.

import { nativeI386 } from "./native-i386.ts";
import type { Platform } from "./platform.ts";
import { ppc64G5 } from "./ppc64-g5.ts";

export const ppc32Mac: Platform = {
  ...nativeI386,
  name: "ppc32-mac",
  // The reference's driver was built with 64-bit longs even here; a scratch page holds 512 addresses so.
  wordBits: 64,
  // Its programs have 32 bits all the same; asm-ppc/ioctl.h is as on ppc64.
  user: { ...ppc64G5.user, wordBits: 32 },
  lowPages: Number.POSITIVE_INFINITY,
  agpPagesUncached: false,
  chipsets: ["uninorth", "uninorth15"],
};
