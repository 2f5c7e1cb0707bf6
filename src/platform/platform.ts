// platform.ts - what a platform is: who owns which memory, and how addresses translate there.

import { type Bus, type Machine, type Mfn, mfn, mfnOf, type Pfn } from "../address.ts";
import type { Iommu } from "./iommu.ts";

/** How the kernel's ioremap reads the address it is given. */
export type IoremapRule = "phys" | "machine";

/** What a program sees of its kernel's architecture. */
export interface UserAbi {
  /** How a request number says which way data goes, and from which bit on. */
  readonly ioctl: {
    readonly shift: 29 | 30;
    readonly none: number;
    readonly read: number;
    readonly write: number;
  };
  /** Bits of a program's pointer, where they are not those of the kernel's `unsigned long`. */
  readonly wordBits?: 32;
  /** protection_map: the page-table bits of a mapping; `prot` is 1 read, 2 write, 4 execute. */
  pageProtection(prot: number, shared: boolean): number;
}

/** How a kernel maps memory for PCI devices, and what of it goes to a disk as one segment. */
export interface DmaRules {
  /** Bytes of the pool out of which buffers are bounced; 0 where a kernel has none. */
  readonly bouncePool: number;
  /** By which of its addresses a handle is told to be one of the pool's. */
  readonly poolTest: "bus" | "phys";
  /** BIOVEC_PHYS_MERGEABLE: where two pages must touch to be one segment. */
  readonly mergeable: "phys" | "phys-and-machine";
  /** Whether the IOMMU's TLB is emptied when a mapping ends. */
  readonly flushesUnmap: boolean;
  /** Which pages dma_alloc_coherent exchanges: all, or those that lie scattered or unaligned in that space. */
  readonly exchanged: "all" | "unaligned-phys" | "unaligned-machine";
  /** Where PCI devices see memory, if not at its machine address; null: there. */
  readonly window: Window | null;
  /** Whether the kernel knows of that window. */
  readonly minds: boolean;
}

/** So many bytes of memory, and where on the bus they begin. */
export interface Window {
  readonly machine: Machine;
  readonly bus: Bus;
  readonly size: number;
}

/** A platform is a value; its variants are spreads of it. */
export interface Platform {
  readonly name: string;
  /** Bits of an `unsigned long`. */
  readonly wordBits: 32 | 64;
  readonly user: UserAbi;
  /** What the trace adds to a `virt` to get the kernel's address. */
  readonly virtBase: bigint;
  /** PAGE_OFFSET, relative to the virt base. */
  readonly pageOffset: number;
  /** A page of the kernel is 2^pageOrder pages of 4096 bytes, in which everything here is counted. */
  readonly pageOrder: number;
  /** Where on the bus physical address 0 is, by the direct map that virt_to_bus takes. */
  readonly directMap: number;
  /** The kernel's own pages, by pfn: the first, how many, and where the page allocator starts. */
  readonly ram: { readonly first: Pfn; readonly pages: number; readonly bump: Pfn };
  /** How many pages from PAGE_OFFSET up the kernel maps, and gives to drivers; the rest is high memory. */
  readonly lowPages: number;
  /** How it differs from the platform of its name, as the trace keeps it. */
  readonly options: { readonly [name: string]: number | string };
  /** How a hypervisor deals frames beside those of others (null: the usual ones); null where the kernel has all there are. */
  readonly dealt: ((pages: number, foreign: readonly Frames[] | null) => Dealt) | null;
  /** Whether kernel-physical addresses are machine addresses. */
  readonly physIsMachine: boolean;
  /** Which machine frame stands behind each pfn at the start, and which pfn behind each frame. */
  readonly backing: (seed: number) => Backing;
  /** The domain that owns a frame which is not this kernel's; null where there is no RAM. */
  readonly owner: (frame: Mfn) => number | null;
  /** What that domain calls its page there, as M2P says; null for nobody's. */
  readonly strangersPage: (frame: Mfn) => Pfn | null;
  readonly ioremap: IoremapRule;
  /** Whether asm/agp.h is x86's: a page in AGP is uncached and its flush a wbinvd, not nothing and a barrier. */
  readonly agpPagesUncached: boolean;
  /** Whether the kernel may drive devices at all: an ordinary domain of Xen may not. */
  readonly ownsDevices: boolean;
  /** Where ioremap's addresses begin, relative to the virt base. */
  readonly remapFrom: number;
  /** agp_memory_reserved: bytes at the aperture's end that the kernel keeps for its PCI IOMMU. */
  readonly agpReserved: number;
  /** The chipsets that such a machine can have. */
  readonly chipsets: readonly string[];
  /** Functions that its kernel does not have. */
  readonly lacks: readonly string[];
  /** What is between a PCI device and memory; null: a DMA handle is the machine address. */
  readonly iommu: Iommu | null;
  readonly dma: DmaRules;
  /** The first machine frame that the hypervisor hands out for a contiguous region; null: no exchange. */
  readonly contiguousFrom: Mfn | null;
}

/** Machine frames from the first up to, not including, the end. */
export interface Frames {
  readonly first: Mfn;
  readonly end: Mfn;
}

/** Whose each machine frame is. */
export type Dealt = Pick<Platform, "backing" | "owner" | "strangersPage">;

/** The kernel's frames as the machine gave them. */
export interface Backing {
  readonly frameOf: (page: Pfn) => Mfn;
  /** The inverse; null for a frame that was not this kernel's. */
  readonly pageOf: (frame: Mfn) => Pfn | null;
}

/** The first frame below 4 GB that is a device's, not RAM, on the simulated PCs. */
export const MMIO_FRAME = mfn(0xe0000);
const FOUR_GB_FRAME = mfn(0x100000);

/** Whether a device answers at a machine address. */
export const isDevice = (address: Machine): boolean =>
  mfnOf(address) >= MMIO_FRAME && mfnOf(address) < FOUR_GB_FRAME;
