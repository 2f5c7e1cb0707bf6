// gart-table.ts - the devices' part of the AMD64's GATT: which entries are taken, what is in them, and its flushes.
//
// alloc_iommu, flush_gart and GPTE_ENCODE of arch/x86_64/kernel/pci-gart.c (linux 2.6.12-rc2), and lib/bitstr.c.

import { type Bus, bus, busPageOf, hex, onBareMetal, type Phys, phys } from "../../address.ts";
import type { Kernel } from "../kernel.ts";
import { long } from "./code.ts";

const PAGE = 4096;
const FOUR_GB = 2 ** 32;
/** GPTE_VALID and GPTE_COHERENT. */
const FLAGS = 3;
/** The northbridges' first slot, and their register of the flush. */
const [SLOT, FLUSH] = [24, 0x9c];

export class GartTable {
  readonly #kernel: Kernel;
  readonly base: number;
  readonly #taken: Uint8Array;
  readonly #scratch: Phys;
  readonly #northbridges: number;
  readonly #flushesAlways: boolean;
  #next = 0;
  #mustFlush = false;

  constructor(
    kernel: Kernel,
    of: {
      readonly base: number;
      readonly pages: number;
      readonly scratch: Phys;
      readonly northbridges: number;
      readonly flushesAlways: boolean;
    },
  ) {
    this.#kernel = kernel;
    this.base = of.base;
    this.#taken = new Uint8Array(of.pages);
    this.#scratch = of.scratch;
    this.#northbridges = of.northbridges;
    this.#flushesAlways = of.flushesAlways;
  }

  /** gart_unmapped_entry: what is not mapped leads to a scratch page. */
  get unmapped(): number {
    return wordFor(long(this.#scratch));
  }

  /** The first entries stay empty for good; the others lead to the scratch page. */
  fill(emergency: number): void {
    this.#taken.fill(1, 0, emergency);
    const at = this.#at(emergency);
    this.#kernel.machine.emit({
      kind: "iommu.filled",
      actor: "kernel",
      place: "pci_iommu_init",
      page: busPageOf(at),
      bus: at,
      phys: this.#scratch,
      machine: onBareMetal(this.#scratch),
      size: (this.#taken.length - emergency) * PAGE,
    });
  }

  after(): number[] {
    const used = this.#taken.reduce((sum, taken) => sum + taken, 0);
    return [this.#next, used, Number(this.#mustFlush)];
  }

  /** alloc_iommu: from the last one on, then from the beginning; null for none. */
  take(pages: number): number | null {
    let first = this.#find(this.#next, this.#taken.length, pages);
    if (first === null) {
      this.#mustFlush = true;
      first = this.#find(0, this.#next, pages);
    }
    if (first !== null) {
      this.#taken.fill(1, first, first + pages);
      this.#next = first + pages;
      if (this.#next >= this.#taken.length) [this.#next, this.#mustFlush] = [0, true];
    }
    this.#mustFlush ||= this.#flushesAlways;
    return first;
  }

  /** Entries from one on lead to pages in a row; an event for each run in which the words grow by a page. */
  enter(first: number, pages: number, from: number, place: string): void {
    const page = from - (from % PAGE);
    const word = (i: number) => wordFor(page + i * PAGE);
    for (let i = 0, end = 0; i < pages; i = end) {
      do end++;
      while (end < pages && word(end) === word(end - 1) + PAGE);
      const at = this.#at(first + i);
      const target = phys(page + i * PAGE);
      this.#kernel.machine.emit({
        kind: "iommu.mapped",
        actor: "kernel",
        place,
        page: busPageOf(at),
        bus: at,
        phys: target,
        machine: onBareMetal(target),
        reached: onBareMetal(phys(addressIn(word(i)))),
        size: (end - i) * PAGE,
        word: word(i),
      });
    }
  }

  /** dma_unmap_single: what is outside, or among the entries kept empty, was never mapped. */
  free(address: number, size: number, emergency: number, place: string): void {
    const first = Math.floor((address - this.base) / PAGE);
    if (first < emergency || first >= this.#taken.length) return;
    const pages = Math.ceil(((address % PAGE) + size) / PAGE);
    this.#taken.fill(0, first, first + pages);
    if (pages === 0) return;
    const at = this.#at(first);
    this.#kernel.machine.emit({
      kind: "iommu.unmapped",
      actor: "kernel",
      place,
      page: busPageOf(at),
      bus: at,
      size: pages * PAGE,
      word: this.unmapped,
    });
  }

  /** flush_gart: each northbridge's, where something asked for it. */
  flush(): void {
    if (!this.#mustFlush) return;
    this.#mustFlush = false;
    const place = "flush_gart";
    for (let i = 0; i < this.#northbridges; i++) {
      const word = hex(i * 0x10000 + 1);
      this.#kernel.called(`pci_write_config_dword(${SLOT + i}, ${hex(FLUSH)}, ${word})`, place);
    }
    for (const which of ["gart", "iommu"] as const)
      this.#kernel.machine.emit({ kind: "tlb.flushed", actor: "kernel", place, which });
  }

  /** find_next_zero_string: a run may not end at the limit. */
  #find(from: number, limit: number, pages: number): number | null {
    for (let start = from; ; ) {
      const first = this.#taken.indexOf(0, start);
      if (first < 0 || first + pages >= limit) return null;
      const usedAt = this.#taken.subarray(first + 1, first + pages).indexOf(1);
      if (usedAt < 0) return first;
      start = first + usedAt + 2;
    }
  }

  #at(entry: number): Bus {
    return bus(this.base + entry * PAGE);
  }
}

/** GPTE_ENCODE: bits 39:32 of an address are bits 11:4 of its word; what is above runs into the page's own. */
function wordFor(page: number): number {
  const [high, low] = [Math.floor(page / FOUR_GB), page % FOUR_GB];
  return Number((BigInt(low) | BigInt(high * 16) | BigInt(FLAGS)) % BigInt(FOUR_GB));
}

/** GPTE_DECODE: the address that the northbridge takes from a word. */
const addressIn = (word: number): number =>
  word - (word % PAGE) + (Math.floor(word / 16) % 256) * FOUR_GB;
