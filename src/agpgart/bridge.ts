// bridge.ts - the structures of agpgart: agp_bridge_data, agp_memory and agp_bridge_driver.
//
// Linux 2.6.12-rc2, drivers/char/agp/agp.h and include/linux/agp_backend.h; their names are kept.

import type { Bus, Virt } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import type { Arch, Hooks } from "../hooks/hooks.ts";
import type { Given } from "../platform/kernel.ts";
import type { Pci } from "../platform/pci.ts";
import type { Remap, Window } from "../platform/remap.ts";

export const EIO = -5;
export const ENOMEM = -12;
export const EBUSY = -16;
export const EEXIST = -17;
export const EINVAL = -22;

/** One aperture size: megabytes, entries of the table, its order in pages, the register's code. */
export interface ApertureSize {
  readonly size: number;
  readonly entries: number;
  readonly order: number;
  readonly value: number;
}

/** What the driver is run on. */
export interface Board {
  readonly arch: Arch;
  readonly hooks: Hooks;
  readonly pci: Pci;
  readonly remap: Remap;
  readonly chipset: Chipset;
}

/** struct agp_bridge_data, as far as it is used. */
export interface Bridge {
  readonly board: Board;
  readonly driver: BridgeDriver;
  readonly capndx: number;
  /** Of the AGP specification; null until agp_enable has looked. */
  version: { readonly major: number; readonly minor: number } | null;
  mode: number;
  /** Index into the driver's sizes; both as the last fetch_size found them. */
  apertureSizeIdx: number;
  currentSize: ApertureSize;
  previousSize: ApertureSize;
  gattTableReal: Virt | null;
  gattTable: Window | null;
  gartBusAddr: number;
  gattBusAddr: Given | null;
  scratchPage: number;
  readonly keys: Set<number>;
  currentMemory: number;
  maxMemory: number;
  agpInUse: number;
}

/** struct agp_memory: pages that a client allocated. */
export interface AgpMemory {
  /** Null until agp_allocate_memory has all pages. */
  bridge: Bridge | null;
  readonly key: number;
  /** memory[i]: what the to-device hook gave for each page. */
  readonly memory: Given[];
  readonly numScratchPages: number;
  pgStart: number;
  isBound: boolean;
  isFlushed: boolean;
}

/** struct agp_bridge_driver: what differs from chipset to chipset. */
export interface BridgeDriver {
  readonly name: string;
  readonly sizes: readonly ApertureSize[];
  /** Megabytes, 0 where the register holds no known code. */
  fetchSize(bridge: Bridge): number;
  /** Tells the chipset where aperture and table are; 0 or an errno. */
  configure(bridge: Bridge): number;
  cleanup(bridge: Bridge): void;
  tlbFlush(bridge: Bridge): void;
  /** The word for an address, with the chipset's bits. */
  maskMemory(address: Bus): number;
}

/** PGE_EMPTY: 0, or the scratch page's word. */
export const isEmpty = (bridge: Bridge, word: number): boolean =>
  word === 0 || word === bridge.scratchPage;
