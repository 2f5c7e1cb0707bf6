// native-i386.ts - a PC of 2005 on bare metal: 256 MB, and a physical address is a machine address.

import type { Platform } from "./platform.ts";

export const nativeI386: Platform = {
  name: "native-i386",
  wordBits: 32,
  virtBase: 0n,
  pageOffset: 0xc0000000,
  ram: { first: 0, pages: 0x10000, bump: 0x1000 },
  physIsMachine: true,
  backing: () => ({ frameOf: (pfn) => pfn, pageOf: (mfn) => mfn }),
  owner: () => null,
  ioremap: "phys",
  agpPagesUncached: true,
  iommuFrom: null,
  chipsets: ["intel-440bx", "intel-845", "i810", "amd-irongate"],
  lacks: [],
  ownsDevices: true,
  contiguousFrom: null,
};
