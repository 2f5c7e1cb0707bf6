// arena.ts - a window of alpha's I/O MMU: which entries are taken, and what is written into them.
//
// arch/alpha/kernel/pci_iommu.c of linux 2.6.12: iommu_arena_find_pages and what builds on it, the functions for AGP
// among them, which set entries aside in the same table.

import { type Bus, bus, busPageOf, hex, offset, type Phys, phys } from "../../address.ts";
import type { Kernel } from "../kernel.ts";
import { long } from "./code.ts";

/** IOMMU_INVALID_PTE: taken, and not filled in yet. */
const INVALID = 2;
/** IOMMU_RESERVED_PTE: set aside for AGP. */
const RESERVED = 0xface;
const EBUSY = -16;

export class Arena {
  readonly #kernel: Kernel;
  readonly base: number;
  readonly size: number;
  /** Allocations begin at multiples of so many entries. */
  readonly #align: number;
  readonly #pageSize: number;
  readonly #entries: Float64Array;
  /** next_entry: the search begins here. */
  next = 0;

  constructor(kernel: Kernel, base: number, size: number, align: number) {
    this.#kernel = kernel;
    this.base = base;
    this.size = size;
    this.#align = align;
    this.#pageSize = kernel.sizeOf(0);
    this.#entries = new Float64Array(size / this.#pageSize);
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Pages that some bytes touch. */
  pagesIn(start: number, size: number): number {
    return Math.ceil(((start % this.#pageSize) + size) / this.#pageSize);
  }

  /** iommu_arena_alloc: so many free entries in a row; -1 for none. */
  take(count: number, align = 0): number {
    const first = this.#find(count, Math.max(align, this.#align) - 1);
    if (first < 0) return -1;
    this.#entries.fill(INVALID, first, first + count);
    this.next = first + count;
    return first;
  }

  /** Entries from one on lead to pages in a row. */
  fill(first: number, count: number, buffer: Phys, place: string): void {
    const page = long(buffer) - (long(buffer) % this.#pageSize);
    for (let i = 0; i < count; i++) this.#entries[first + i] = wordFor(page + i * this.#pageSize);
    if (count === 0) return;
    const at = this.#at(first);
    const machine = this.#kernel.machineOf(phys(page))!;
    this.#kernel.machine.emit({
      kind: "iommu.mapped",
      actor: "kernel",
      place,
      page: busPageOf(at),
      bus: at,
      phys: phys(page),
      machine,
      reached: machine,
      size: count * this.#pageSize,
      word: wordFor(page),
    });
  }

  /** iommu_arena_free. */
  give(first: number, count: number, place: string): void {
    this.#clear(first, count, 0, place);
  }

  addressOf(entry: number, start = 0): Bus {
    return offset(this.#at(entry), start);
  }

  /** mv_pci_tbi: the chip's TLB is emptied, all of it whatever the range; null is (dma_addr_t)-1. */
  flush(from: Bus | null, to: Bus | null): void {
    const place = "mv_pci_tbi";
    const text = (at: Bus | null) => (at === null ? "0xffffffffffffffff" : hex(at));
    this.#kernel.called(`${place}(${text(from)}, ${text(to)})`, place);
    this.#kernel.machine.emit({ kind: "tlb.flushed", actor: "kernel", place, which: "iommu" });
  }

  /** iommu_reserve: entries for AGP, at a multiple of the mask's next number; the first, or -1. */
  reserve(count: number, mask: number): number {
    const first = this.#find(count, mask);
    if (first < 0) return -1;
    this.#clear(first, count, RESERVED, "iommu_reserve");
    this.next = first + count;
    return first;
  }

  /** iommu_release: only what is set aside and not bound. */
  release(first: number, count: number): number {
    if (!this.#isReserved(first, count)) return EBUSY;
    this.give(first, count, "iommu_release");
    return 0;
  }

  /** iommu_bind: pages, wherever each is. */
  bind(first: number, pages: readonly Phys[]): number {
    if (!this.#isReserved(first, pages.length)) return EBUSY;
    for (const [i, page] of pages.entries()) this.fill(first + i, 1, page, "iommu_bind");
    return 0;
  }

  unbind(first: number, count: number): number {
    this.#clear(first, count, RESERVED, "iommu_unbind");
    return 0;
  }

  /** iommu_arena_find_pages: from the last allocation on; at the end the TLB is emptied, and the search begins anew. */
  #find(count: number, mask: number): number {
    const first = this.#fit(count, mask, rounded(this.next, mask));
    if (first >= 0) return first;
    this.flush(bus(0), null);
    return this.#fit(count, mask, 0);
  }

  #fit(count: number, mask: number, from: number): number {
    let [first, free] = [from, 0];
    while (free < count && first + free < this.length) {
      if (this.#entries[first + free] === 0) free++;
      else {
        first = rounded(first + free + 1, mask);
        free = 0;
      }
    }
    return free < count ? -1 : first;
  }

  #isReserved(first: number, count: number): boolean {
    for (let i = first; i < first + count; i++) if (this.#entries[i] !== RESERVED) return false;
    return true;
  }

  #clear(first: number, count: number, word: number, place: string): void {
    // Entries outside are memory that is no table's.
    const inside = Math.min(count, this.length - first);
    if (first < 0 || inside <= 0) return;
    this.#entries.fill(word, first, first + inside);
    const at = this.#at(first);
    const size = inside * this.#pageSize;
    const about = { page: busPageOf(at), bus: at, size, word };
    this.#kernel.machine.emit({ kind: "iommu.unmapped", actor: "kernel", place, ...about });
  }

  #at(entry: number): Bus {
    return bus(this.base + entry * this.#pageSize);
  }
}

/** (n + mask) & ~mask, whatever bits the mask has. */
const rounded = (entry: number, mask: number): number =>
  Number((BigInt(entry) + BigInt(mask)) & ~BigInt(mask));

/** mk_iommu_pte: the address from bit 1 up, in pages of 8 KB, and a valid bit. */
const wordFor = (page: number): number => Math.floor(page / 8192) * 2 + 1;
