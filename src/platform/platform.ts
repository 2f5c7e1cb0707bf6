// platform.ts - what a platform is: who owns which memory, and how addresses translate there.

import { type Bus, type Machine, type Mfn, mfn, mfnOf, type Pfn } from "../address.ts";

/** How the kernel's ioremap reads the address it is given. */
export type IoremapRule = "phys" | "machine";

/** What a program sees of its kernel's architecture. */
export interface UserAbi {
  /** How an ioctl's request number encodes the direction of its data, and from which bit on. */
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

/** What a kernel's DMA mapping is made of (dma/), by the name of its code. */
export type Code =
  | { readonly name: "direct" }
  | {
      readonly name: "upwards";
      /** The page of the bus that is given first. */
      readonly from: number;
    }
  | {
      readonly name: "alpha";
      /** Bytes of the window whose entries PCI devices use. */
      readonly pciWindow: number;
      /** Where on the bus a double address cycle sees memory; 0 for nowhere. */
      readonly dacOffset: number;
      readonly maxLowPfn: number;
    }
  | {
      readonly name: "zx1";
      /** The window that the firmware left: its base, and the bits of a word that are outside it. */
      readonly iovaBase: number;
      readonly iovaMask: number;
      /** Whether AGP has the upper half of it. */
      readonly hasAgp: boolean;
      /** What is freed when all is taken: what was saved up, or the stale slot behind it and all but the first. */
      readonly lastResort: "saved" | "stale";
    }
  | {
      readonly name: "gart";
      /** Where the aperture is, and how large. */
      readonly aperture: number;
      readonly apertureMb: number;
      readonly northbridges: number;
      /** The page behind the last of RAM. */
      readonly endPfn: number;
      /** What follows `iommu=` on the kernel's command line; null where it is not there. */
      readonly option: string | null;
    }
  | {
      readonly name: "dart";
      /** RAM, and what of it the firmware has: bases and bytes. */
      readonly ram: readonly (readonly [base: number, size: number])[];
      readonly reserved: readonly (readonly [base: number, size: number])[];
      /** `iommu=on`: there is a table below 2 GB of RAM too. */
      readonly isForced: boolean;
      /** CONFIG_IOMMU_VMERGE. */
      readonly merges: boolean;
      /** Whether the end of a list that became shorter is marked. */
      readonly marksEnd: boolean;
      readonly tableBytes: number;
      /** How many reads of its control register still show a flush. */
      readonly flushReads: number;
      /** Whether the TLB is emptied when a mapping ends. */
      readonly flushesUnmap: boolean;
    }
  | {
      readonly name: "swiotlb";
      readonly era: SwiotlbEra;
      /** What follows `swiotlb=` on the kernel's command line; null where it is not there. */
      readonly option: string | null;
      /** Frames of the whole machine, as Xen says. */
      readonly totalPages: number;
      readonly isDomain0: boolean;
      /** Where the boot allocator begins; null for the page allocator's own beginning. */
      readonly bootPfn: number | null;
    };
/** A version of the swiotlb: what differs from one to the next (dma/swiotlb-eras.ts). */
export interface SwiotlbEra {
  readonly name: string;
  /** Whether bus addresses are machine addresses that P2M tells. */
  readonly isXen: boolean;
  /** Bits of a dma_addr_t. */
  readonly addressBits: 32 | 64;
  /** What the option's number and the default size are counted in: pages of the kernel, by mistake, or megabytes. */
  readonly sizeIn: "pages" | "megabytes";
  /** What becomes of a single buffer that lies across pages. */
  readonly straddling: "passes" | "bounces" | "bounces unless exchanged";
  /** How the code knows a slot by its address. */
  readonly poolTest: "linear" | "machine to phys" | "bus range";
  /** Whether a slot beyond a device's reach panics. */
  readonly checksBounce: boolean;
  readonly enabled: "always" | "2 GB and more" | "in domain 0";
  readonly supports: "pool in reach" | "32 bits";
  /** Whether `force` bounces everything. */
  readonly forceBounces: boolean;
}
export type CodeName = Code["name"];
export type CodeOf<N extends CodeName> = Extract<Code, { readonly name: N }>;

/** How a kernel maps memory for PCI devices, and which pages it merges into one segment of a disk request. */
export interface DmaRules {
  readonly code: Code;
  /** BIOVEC_PHYS_MERGEABLE: the spaces in which two pages must be contiguous to be merged. */
  readonly mergeable: "phys" | "phys-and-machine";
  /** Which blocks dma_alloc_coherent exchanges: all, or those that are scattered or are not aligned in that space. */
  readonly exchanged: "all" | "unaligned-phys" | "unaligned-machine";
  /** Where PCI devices see memory; null where they see it at its machine address. */
  readonly window: Window | null;
  /** Whether the kernel takes that window into account. */
  readonly minds: boolean;
}

/** A range of memory, and where on the bus it begins. */
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
  /** A page of the kernel is 2^pageOrder pages of 4096 bytes, the unit of all counts here. */
  readonly pageOrder: number;
  /** Where on the bus physical address 0 is, by the direct map that virt_to_bus takes. */
  readonly directMap: number;
  /** The kernel's own pages, by pfn: the first, how many, and where the page allocator starts. */
  readonly ram: {
    readonly first: Pfn;
    readonly pages: number;
    readonly bump: Pfn;
    /** Set where a freed page is not given out again. */
    readonly reused?: false;
    /** The largest block that is given out, as a power of two of pages; left out where any is. */
    readonly maxOrder?: number;
  };
  /** How many pages the kernel maps from PAGE_OFFSET up and allocates to drivers; the rest is high memory. */
  readonly lowPages: number;
  /** How it differs from the platform of its name, as the trace keeps it. */
  readonly options: { readonly [name: string]: number | string };
  /** Which frames a hypervisor assigns when other domains have `foreign` ones (null: the usual); null on bare metal. */
  readonly dealt: ((pages: number, foreign: readonly Frames[] | null) => Dealt) | null;
  /** Whether kernel-physical addresses are machine addresses. */
  readonly physIsMachine: boolean;
  /** The machine frame of each pfn at the start, and the inverse. */
  readonly backing: (seed: number) => Backing;
  /** The domain that owns a frame which is not this kernel's; null where there is no RAM. */
  readonly owner: (frame: Mfn) => number | null;
  /** That domain's own page number for the frame, as M2P has it; null where no domain owns it. */
  readonly strangersPage: (frame: Mfn) => Pfn | null;
  readonly ioremap: IoremapRule;
  /** Whether asm/agp.h makes AGP pages uncached and flushes by wbinvd, as x86's does; others use a memory barrier alone. */
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
  readonly dma: DmaRules;
  /** The first machine frame that the hypervisor hands out for a contiguous region; null: no exchange. */
  readonly contiguousFrom: Mfn | null;
}

/** Machine frames from the first up to, not including, the end. */
export interface Frames {
  readonly first: Mfn;
  readonly end: Mfn;
}

/** Which domain each machine frame belongs to. */
export type Dealt = Pick<Platform, "backing" | "owner" | "strangersPage">;

/** The frames that the kernel has at boot. */
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
