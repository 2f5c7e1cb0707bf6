// code.ts - the DMA-mapping interface as a kernel of 2005 has it: one code for each way of reaching memory.
//
// A code decides and emits what happens to tables, TLBs, pages and copies; the mapping itself is an event of the
// interface (api.ts). As in C, its arithmetic is on unsigned longs: numbers that asWord and bus convert.

import { asWord, type Bus, bus, offset, type Phys } from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import { deviceOf } from "../../event/register.ts";
import type { Of } from "../../event/vocabulary.ts";

/** A device on PCI: its number (event/field.ts) and how many address lines it and its driver's mask have. */
export interface DmaDevice {
  /** Null where the caller names none. */
  readonly bdf: number | null;
  readonly lines: number;
  readonly mask: number;
  /** Set for the bridge that stands for all of ISA. */
  readonly isIsaBridge?: true;
}

/** How messages name a device. */
export const nameOf = ({ bdf }: DmaDevice): string => (bdf === null ? "?" : deviceOf(bdf));

/** What pages are for. */
export type Use = Of<"page.allocated">["use"];

/** What coherent memory is for, and who asks for it. */
export interface Purpose {
  readonly use: Use;
  readonly place: string;
}

export type Direction = Exclude<Of<"dma.mapped">["direction"], "coherent">;
/** DMA_NONE is a direction that every kernel refuses. */
export type AnyDirection = Direction | "none";

/** struct scatterlist: pages in a row, and what the last mapping left in it. */
export interface Element {
  /** The page, and the first byte in it. */
  page: Phys;
  offset: number;
  length: number;
  address: Bus;
  mapped: number;
}

export const firstByte = ({ page, offset: start }: Element): Phys => offset(page, start);

/** An element as a driver fills it in, with nothing in what a mapping writes. */
export const element = (page: Phys, start: number, length: number): Element => ({
  page,
  offset: start,
  length,
  address: bus(0),
  mapped: 0,
});

/** A range of the bus that a call ended. */
export interface BusRange {
  readonly address: Bus;
  readonly size: number;
}

/** Maps each element by itself, and returns how many there are. */
export function mapEach(list: readonly Element[], addressOf: (one: Element) => Bus): number {
  for (const one of list) {
    one.address = addressOf(one);
    one.mapped = one.length;
  }
  return list.length;
}

/** The ranges that the first elements of a list were mapped to. */
export const endedIn = (list: readonly Element[], elements: number): BusRange[] =>
  list.slice(0, elements).map(({ address, mapped: size }) => ({ address, size }));

/** Memory that both sides see for long, and where the device finds it; `phys` is null where none was given. */
export interface CoherentBlock {
  readonly phys: Phys | null;
  readonly address: Bus | null;
}

export interface DmaCode {
  /** What happens before any driver loads; returns what the kernel then knows of itself. */
  boot(): Facts;
  mapSingle(device: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus;
  unmapSingle(device: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[];
  /** How many segments it made, 0 for an error; the first elements of the list then hold them. */
  mapSg(device: DmaDevice, list: readonly Element[], direction: AnyDirection): number;
  unmapSg(
    device: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[];
  allocCoherent(device: DmaDevice, size: number, purpose: Purpose): CoherentBlock;
  /** Calls `ended` when no device reaches the block any more, before its pages are given back. */
  freeCoherent(
    device: DmaDevice,
    size: number,
    block: CoherentBlock,
    purpose: Purpose,
    ended: () => void,
  ): void;
  /** dma_mapping_error: whether an address stands for none. */
  isError(address: Bus): boolean;
  /** The numbers that the code goes on from; null where it keeps none. */
  after(): readonly number[] | null;
  /** The memory that stands in for a buffer at an address of the bus; null where the buffer itself is reached. */
  standsAt?(address: Bus): Phys | null;
  mapPage?(device: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus;
  unmapPage?(device: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[];
  syncSingle?(address: Bus, size: number, direction: AnyDirection, side: Owner): void;
  syncSg?(list: readonly Element[], direction: AnyDirection, side: Owner): void;
  supported?(device: DmaDevice, mask: number): boolean;
}

/** Who may touch a buffer after a synchronisation. */
export type Owner = "cpu" | "device";

/** dma_mask -> whether the device lacks a line that the address needs: (address & ~mask) != 0. */
export const needsMore = (address: number, mask: number): boolean =>
  (BigInt(address) & ~BigInt(mask)) !== 0n;

/** get_order: how many pages, as a power of two, so many bytes take; of no bytes it is that of all there are. */
export function orderOf(size: number, pageSize: number, wordBits: number): number {
  if (size === 0) return wordBits - Math.log2(pageSize);
  return Math.ceil(Math.log2(Math.max(1, Math.ceil(size / pageSize))));
}

/** The unsigned long behind an address. */
export const long = (address: Phys | Bus): number => asWord(address);
