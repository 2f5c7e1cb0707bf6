// dma-table.ts - the buffers that are mapped for devices, by bus address and device.
//
// Behind an IOMMU two devices can be given the same number for two buffers, and many small buffers begin in one
// page. So each page of the bus has a chain of the mappings that begin in it, whose links are numbered from 0
// and used again: the tables stay as small as what is mapped.

import { PAGE_SIZE } from "../address.ts";
import { Table } from "./table.ts";

/** What `counts` holds: the first free link plus 1, and how many links there are. */
const [FREE, LINKS] = [0, 1];

export interface DmaMapping {
  readonly handle: number;
  /** The PCI device; null where no event says. */
  readonly device: number | null;
  readonly bytes: number;
}

export class DmaTable {
  /** Bus page -> the first link; then by link: the next one plus 1, device and place in the page, bytes. */
  readonly tables = {
    first: new Table(),
    next: new Table(),
    whose: new Table(),
    bytes: new Table(),
    counts: new Table(),
  };

  get size(): number {
    return this.tables.bytes.size;
  }

  /** Bytes mapped for a device at a handle; undefined for none. */
  get(handle: number, device: number | null): number | undefined {
    const link = this.#find(handle, device);
    return link === undefined ? undefined : this.tables.bytes.get(link);
  }

  set({ handle, device, bytes }: DmaMapping): void {
    let link = this.#find(handle, device);
    if (link === undefined) {
      link = this.#take();
      const page = pageOf(handle);
      const { first, next, whose } = this.tables;
      next.set(link, (first.get(page) ?? -1) + 1);
      first.set(page, link);
      whose.set(link, whoseAt(handle, device));
    }
    this.tables.bytes.set(link, bytes);
  }

  delete(handle: number, device: number | null): void {
    const { first, next, whose, bytes, counts } = this.tables;
    const link = this.#find(handle, device);
    if (link === undefined) return;
    const after = next.get(link)! - 1;
    const before = this.#before(handle, link);
    if (before !== undefined) next.set(before, after + 1);
    else if (after >= 0) first.set(pageOf(handle), after);
    else first.delete(pageOf(handle));
    whose.delete(link);
    bytes.delete(link);
    next.set(link, counts.get(FREE) ?? 0);
    counts.set(FREE, link + 1);
  }

  /** From one handle to another, both included, by ascending page. */
  *entries(low = 0, high = Number.POSITIVE_INFINITY): Generator<DmaMapping> {
    const { first, whose, bytes } = this.tables;
    for (const [page] of first.entries(pageOf(low), pageOf(high)))
      for (const link of this.#links(page)) {
        const owner = whose.get(link)!;
        const handle = page * PAGE_SIZE + (owner % PAGE_SIZE);
        if (handle < low || handle > high) continue;
        const device = Math.floor(owner / PAGE_SIZE) - 1;
        yield { handle, device: device < 0 ? null : device, bytes: bytes.get(link)! };
      }
  }

  [Symbol.iterator](): Generator<DmaMapping> {
    return this.entries();
  }

  *#links(page: number): Generator<number> {
    const { first, next } = this.tables;
    for (let link = first.get(page) ?? -1; link >= 0; link = next.get(link)! - 1) yield link;
  }

  #find(handle: number, device: number | null): number | undefined {
    const sought = whoseAt(handle, device);
    for (const link of this.#links(pageOf(handle)))
      if (this.tables.whose.get(link) === sought) return link;
    return undefined;
  }

  /** The link that leads to another one; undefined for the first of its page. */
  #before(handle: number, link: number): number | undefined {
    for (const one of this.#links(pageOf(handle)))
      if (this.tables.next.get(one) === link + 1) return one;
    return undefined;
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

const pageOf = (handle: number): number => Math.floor(handle / PAGE_SIZE);
const whoseAt = (handle: number, device: number | null): number =>
  (device === null ? 0 : device + 1) * PAGE_SIZE + (handle % PAGE_SIZE);
