// native-i386.ts - a PC of 2005 on bare metal: 256 MB, and a physical address is a machine address.

import { mfnOnBareMetal, pfn, pfnOnBareMetal } from "../address.ts";
import type { Platform, UserAbi } from "./platform.ts";

/**
 * asm-i386/ioctl.h and asm-i386/pgtable.h of 2.6.12-rc2: without NX a readable page is
 * executable, and a private page becomes writable only when it is copied.
 */
const user: UserAbi = {
  ioctl: { shift: 30, none: 0, write: 1, read: 2 },
  pageProtection: (prot, shared) => {
    if (prot === 0) return 0xa0;
    return shared && (prot & 2) !== 0 ? 0x27 : 0x25;
  },
};

export const nativeI386: Platform = {
  name: "native-i386",
  wordBits: 32,
  user,
  virtBase: 0n,
  pageOffset: 0xc0000000,
  pageOrder: 0,
  directMap: 0,
  ram: { first: pfn(0), pages: 0x10000, bump: pfn(0x1000) },
  // 896 MB: VMALLOC_RESERVE keeps the rest of the fourth gigabyte (asm-i386/page.h, MAXMEM).
  lowPages: 0x38000,
  options: {},
  dealt: null,
  physIsMachine: true,
  backing: () => ({ frameOf: mfnOnBareMetal, pageOf: pfnOnBareMetal }),
  owner: () => null,
  strangersPage: () => null,
  ioremap: "phys",
  agpPagesUncached: true,
  dma: {
    code: { name: "direct" },
    mergeable: "phys",
    exchanged: "all",
    window: null,
    minds: true,
  },
  remapFrom: 0xd0800000,
  agpReserved: 0,
  chipsets: [
    ...["intel-440bx", "intel-845", "i810", "amd-irongate"],
    ...["intel-815", "intel-820", "intel-830mp", "intel-840", "intel-850", "intel-860"],
    ...["intel-7505", "via-kt133", "via-kt400", "via-kt880", "via-kt880-bw"],
    ...["ali-m1541", "ali-m1671", "sis-735", "sis-648", "sis-746", "amd64-8151"],
    ...["ati-rs100", "ati-rs300", "sworks-he", "nforce2"],
  ],
  lacks: [],
  ownsDevices: true,
  contiguousFrom: null,
};
