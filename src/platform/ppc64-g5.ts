// ppc64-g5.ts - the PowerMac G5: physical addresses are machine addresses, and PCI has an IOMMU.
//
// The DART translates what PCI devices put on their bus. What the U3's GART puts out goes to memory past
// it: "the addresses coming out of the GART don't go through a further translation through the iommu"
// (Paul Mackerras, LKML, 17 March 2005). Handles are assigned as in the reference's recordings.

import { pfn } from "../address.ts";
import { nativeI386 } from "./native-i386.ts";
import type { Platform, UserAbi } from "./platform.ts";

/** asm-ppc64/ioctl.h and asm-ppc64/pgtable.h of 2.6.12-rc2, where execution has a permission bit of its own. */
const user: UserAbi = {
  ioctl: { shift: 29, none: 1, read: 2, write: 4 },
  pageProtection: (prot, shared) => {
    if (prot === 0) return 0x101;
    const execute = (prot & 4) !== 0 ? 0x4 : 0;
    return 0x113 + execute + (shared && (prot & 2) !== 0 ? 0x200 : 0);
  },
};

export const ppc64G5: Platform = {
  ...nativeI386,
  name: "ppc64-g5",
  wordBits: 64,
  user,
  virtBase: 0xc000000000000000n,
  pageOffset: 0,
  lowPages: Number.POSITIVE_INFINITY,
  agpPagesUncached: false,
  dma: { ...nativeI386.dma, code: { name: "upwards", from: 0x80000 } },
  chipsets: ["u3"],
  // "virt_to_bus missing on ppc64" (Christoph Hellwig, LKML, 16 March 2005)
  lacks: ["virt_to_bus", "bus_to_virt"],
};

/** The same with RAM above 4 GB: the address of a table there does not fit in 32 bits. */
export const ppc64G5hi: Platform = {
  ...ppc64G5,
  name: "ppc64-g5hi",
  ram: { first: pfn(0x140000), pages: 0x10000, bump: pfn(0x141000) },
};
