// dma-table.ts - the buffers that are mapped for devices, by bus address and device.
//
// Behind an IOMMU one number can name two buffers of two devices, and many small buffers begin in one page. So
// each page of the bus has a chain of the mappings that begin in it. The links of chains are numbered from 0, and
// a free number is used again: the tables take memory for what is mapped, not for what ever was.

import {
  type Bus,
  type BusPage,
  bus,
  busOf,
  busPageOf,
  offset,
  PAGE_SIZE,
  pageOffset,
} from "../address.ts";
import { Table } from "./table.ts";

/** What `counts` holds: the first free link plus 1, and how many links there are. */
const [FREE, LINKS] = [0, 1];

const HIGHEST = bus(2n ** 64n - 1n);

/** A mapping that is in force. */
export interface DmaMapping {
  /** The bus address of its first byte. */
  readonly handle: Bus;
  /** The PCI device; null where no event says. */
  readonly device: number | null;
  /** Its length. */
  readonly bytes: number;
}

/** The mappings that are in force, by handle and device. */
export class DmaTable {
  /** Bus page -> the first link; then by link: the next link plus 1, device and offset in the page, bytes. */
  readonly tables = {
    first: new Table<BusPage, number>(),
    next: new Table<number, number>(),
    whose: new Table<number, number>(),
    bytes: new Table<number, number>(),
    counts: new Table<number, number>(),
  };

  /** How many there are. */
  get size(): number {
    return this.tables.bytes.size;
  }

  /** Bytes mapped for a device at a handle; undefined for none. */
  get(handle: Bus, device: number | null): number | undefined {
    const link = this.#find(handle, device);
    return link === undefined ? undefined : this.tables.bytes.get(link);
  }

  /** A mapping is in force from now on. */
  set({ handle, device, bytes }: DmaMapping): void {
    let link = this.#find(handle, device);
    if (link === undefined) {
      link = this.#take();
      const page = busPageOf(handle);
      const { first, next, whose } = this.tables;
      next.set(link, (first.get(page) ?? -1) + 1);
      first.set(page, link);
      whose.set(link, whoseAt(handle, device));
    }
    this.tables.bytes.set(link, bytes);
  }

  /** It is in force no more. */
  delete(handle: Bus, device: number | null): void {
    const { first, next, whose, bytes, counts } = this.tables;
    const link = this.#find(handle, device);
    if (link === undefined) return;
    const after = next.get(link)! - 1;
    const before = this.#before(handle, link);
    if (before !== undefined) next.set(before, after + 1);
    else if (after >= 0) first.set(busPageOf(handle), after);
    else first.delete(busPageOf(handle));
    whose.delete(link);
    bytes.delete(link);
    next.set(link, counts.get(FREE) ?? 0);
    counts.set(FREE, link + 1);
  }

  /** From one handle to another, both included, by ascending page. */
  *entries(low: Bus = bus(0), high: Bus = HIGHEST): Generator<DmaMapping> {
    const { first, whose, bytes } = this.tables;
    for (const [page] of first.entries(busPageOf(low), busPageOf(high)))
      for (const link of this.#links(page)) {
        const owner = whose.get(link)!;
        const handle = offset(busOf(page), owner % PAGE_SIZE);
        if (handle < low || handle > high) continue;
        const device = Math.floor(owner / PAGE_SIZE) - 1;
        yield { handle, device: device < 0 ? null : device, bytes: bytes.get(link)! };
      }
  }

  /** All of them, by ascending page. */
  [Symbol.iterator](): Generator<DmaMapping> {
    return this.entries();
  }

  *#links(page: BusPage): Generator<number> {
    const { first, next } = this.tables;
    for (let link = first.get(page) ?? -1; link >= 0; link = next.get(link)! - 1) yield link;
  }

  /** Hot: once a buffer that is mapped and once one that ends (bench: import), so it makes no generator. */
  #find(handle: Bus, device: number | null): number | undefined {
    const { first, next, whose } = this.tables;
    const sought = whoseAt(handle, device);
    let link = first.get(busPageOf(handle)) ?? -1;
    while (link >= 0 && whose.get(link) !== sought) link = next.get(link)! - 1;
    return link < 0 ? undefined : link;
  }

  /** The link that leads to another one; undefined for the first of its page. Hot, as `#find`. */
  #before(handle: Bus, link: number): number | undefined {
    const { first, next } = this.tables;
    let before = -1;
    for (let one = first.get(busPageOf(handle)) ?? -1; one >= 0 && one !== link; ) {
      before = one;
      one = next.get(one)! - 1;
    }
    return before < 0 ? undefined : before;
  }

  #take(): number {
    const { next, counts } = this.tables;
    const free = (counts.get(FREE) ?? 0) - 1;
    if (free >= 0) {
      counts.set(FREE, next.get(free)!);
      return free;
    }
    const link = counts.get(LINKS) ?? 0;
    counts.set(LINKS, link + 1);
    return link;
  }
}

const whoseAt = (handle: Bus, device: number | null): number =>
  (device === null ? 0 : device + 1) * PAGE_SIZE + pageOffset(handle);
