// bridge.ts - the structures of agpgart: agp_bridge_data, agp_memory and agp_bridge_driver.
//
// Linux 2.6.12-rc2, drivers/char/agp/agp.h and include/linux/agp_backend.h; their names are kept.

import type { Bus, Virt } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import type { Arch, Hooks, TableMemory } from "../hooks/hooks.ts";
import type { DeviceAddress } from "../platform/kernel.ts";
import type { Mmio } from "../platform/mmio.ts";
import type { Msr } from "../platform/msr.ts";
import type { Pci } from "../platform/pci.ts";
import type { Remap, Window } from "../platform/remap.ts";
import type { TableAccess } from "../platform/table-access.ts";
import type { Era } from "./era.ts";

export const EPERM = -1;
export const EIO = -5;
export const ENXIO = -6;
export const EBADF = -9;
export const ENOMEM = -12;
export const EFAULT = -14;
export const EBUSY = -16;
export const EEXIST = -17;
export const ENODEV = -19;
export const EINVAL = -22;
export const ENOTTY = -25;
export const ENOSYS = -38;

/** One aperture size: megabytes, entries of the table, its order in pages, the register's code. */
export interface ApertureSize {
  readonly size: number;
  readonly entries: number;
  readonly order: number;
  readonly value: number;
}

/** Sizes from rows of megabytes, order and code; there is an entry a page of the aperture. */
export const sizesOf = (
  rows: readonly (readonly [size: number, order: number, value: number])[],
): readonly ApertureSize[] =>
  rows.map(([size, order, value]) => ({ size, entries: size * 256, order, value }));

/** The simulated machine that the driver runs on. */
export interface Board {
  readonly arch: Arch;
  readonly hooks: Hooks;
  readonly pci: Pci;
  readonly remap: Remap;
  readonly access: TableAccess;
  readonly mmio: Mmio;
  readonly msr: Msr;
  readonly chipset: Chipset;
  /** The driver's static data, which outlive a bridge. */
  readonly statics: Statics;
  readonly era: Era;
}

/** Static data of a module, kept until it is unloaded. */
export interface Statics {
  /** The aperture as it was claimed from the kernel's tree of resources, at the first load only. */
  claimed: { readonly start: number; readonly end: number } | null;
  /** The i810's registers as they were mapped last; the mapping may be gone. */
  i810Registers: Window | null;
}

/** struct agp_bridge_data, as far as it is used. */
export interface Bridge {
  readonly board: Board;
  readonly driver: BridgeDriver;
  capndx: number;
  /** The version of the AGP specification; null until agp_enable has read it. */
  version: { readonly major: number; readonly minor: number } | null;
  /** The mode as last read from the status register. */
  mode: number;
  /** Index into the driver's sizes; both as the last fetch_size found them. */
  apertureSizeIdx: number;
  currentSize: ApertureSize;
  previousSize: ApertureSize;
  gattTableReal: TableMemory | null;
  /** The CPU's view of the table; null where it is the linear mapping. */
  gattTable: Window | null;
  gartBusAddr: number;
  /** apbase_config: the aperture's BAR as the first configuration found it; 0 before. */
  apbaseConfig: number;
  gattBusAddr: DeviceAddress | null;
  scratchPage: number;
  /** The scratch page, and the to-device hook's result for it. */
  scratchPageReal: DeviceAddress | null;
  /** The registers, where they are memory-mapped. */
  registers: Window | null;
  /** The pages of a two-level table, directory first. */
  pageMaps: PageMap[];
  /** The page that unused words of the directory lead to. */
  scratchDirectory: PageMap | null;
  readonly keys: Set<number>;
  currentMemory: number;
  maxMemory: number;
  agpInUse: number;
  /** The bridge's AGP command before a suspend, where its driver keeps it. */
  commandBefore: number;
}

/** struct agp_memory: pages that a client allocated. */
export interface AgpMemory {
  readonly type: number;
  /** For memory of another type than 0: the first page's address, which the client gets. */
  readonly physical: DeviceAddress | null;
  /** Null until agp_allocate_memory has all pages. */
  bridge: Bridge | null;
  readonly key: number;
  /** memory[i]: the to-device hook's result for each page. */
  readonly memory: DeviceAddress[];
  numScratchPages: number;
  pgStart: number;
  isBound: boolean;
  isFlushed: boolean;
}

/** A page of a two-level table: the kernel's address of it, and the uncached one. */
export interface PageMap {
  readonly real: Virt;
  readonly remapped: Window;
}

/** struct agp_bridge_driver: what differs from chipset to chipset. */
export interface BridgeDriver {
  readonly name: string;
  readonly sizes: readonly ApertureSize[];
  /** Whether the chipset has one size only: a smaller table cannot be used. */
  readonly fixedSize?: boolean;
  readonly needsScratchPage: boolean;
  readonly cantUseAperture: boolean;
  /** Whether it is of a machine that no kernel suspends. */
  readonly neverSleeps?: boolean;
  /** AGP_ERRATA_FASTWRITES: the bridge reports fast writes, but they must not be enabled. */
  readonly noFastWrites?: boolean;
  /** The functions that probe and remove, by name. */
  readonly probe: string;
  readonly remove: string;
  /** The other devices that the probe looks for: device and function on the bridge's bus. */
  readonly slots?: readonly number[];
  /** The probe, before it reads the mode: logs which chipset it found. */
  detect(bridge: Bridge): void;
  /** The probe, after it has read the mode: its last steps and checks; 0 or an errno. */
  prepare?(bridge: Bridge): number;
  /** The remove function, before agp_remove_bridge. */
  removing?(bridge: Bridge): void;
  /** The module's exit function, before its bridge is removed, if there is one. */
  unload?(board: Board): void;
  allocPage(bridge: Bridge, use: "agp" | "scratch"): Virt | null;
  destroyPage(bridge: Bridge, page: Virt, use: "agp" | "scratch"): void;
  /** 0 or an errno; the caller turns any errno into -ENOMEM. */
  createGattTable(bridge: Bridge): number;
  freeGattTable(bridge: Bridge): void;
  /** 0, -EINVAL or -EBUSY. */
  insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number;
  /** 0 or -EINVAL. */
  removeMemory(bridge: Bridge, mem: AgpMemory): number;
  /** Allocates memory of a type other than 0; null where the chipset has no such type or not that many pages of it. */
  allocByType(bridge: Bridge, count: number, type: number): AgpMemory | null;
  freeByType(bridge: Bridge, mem: AgpMemory): void;
  enable(bridge: Bridge, mode: number): void;
  /** What makes the table's words and the pages' bytes visible before a bind. */
  cacheFlush(bridge: Bridge, place: string): void;
  /** Megabytes, 0 where the register holds no known code. */
  fetchSize(bridge: Bridge): number;
  /** Writes aperture and table base to the chipset; 0 or an errno. */
  configure(bridge: Bridge): number;
  cleanup(bridge: Bridge): void;
  /** Before a suspend; left out where the driver leaves its chip as it is. */
  suspend?(bridge: Bridge): void;
  /** After a suspend, when the standard header of each PCI device is as it was; left out where the driver has none. */
  resume?(bridge: Bridge): number;
  tlbFlush(bridge: Bridge): void;
  /** The word for an address, with the chipset's bits. */
  maskMemory(address: Bus): number;
}

/** PGE_EMPTY: 0, or the scratch page's word. */
export const isEmpty = (bridge: Bridge, word: number): boolean =>
  word === 0 || word === bridge.scratchPage;
