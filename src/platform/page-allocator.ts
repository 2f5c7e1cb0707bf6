// page-allocator.ts - which pages an allocation gets: one LIFO stack per order over a bump pointer.
//
// These are the rules of the reference recordings, so that addresses agree with them: a block comes from the stack
// of its order, or else from the bump pointer, rounded up to the block's size. Pages that rounding skips are never
// used; blocks are neither split nor merged.

import { alignUp, distance, offset, type Pfn, pfn, powerOf2 } from "../address.ts";
import type { Platform } from "./platform.ts";

export class PageAllocator {
  #end: Pfn;
  #bump: Pfn;
  readonly #free: Pfn[][] = [];
  readonly #isReused: boolean;
  /** Allocations above this order fail; a workload may lower it. */
  maxOrder: number;
  /** How many more allocations succeed. */
  remaining = Number.POSITIVE_INFINITY;

  constructor(ram: Platform["ram"], lowPages = Number.POSITIVE_INFINITY) {
    this.#bump = ram.bump;
    this.#isReused = ram.reused ?? true;
    this.maxOrder = ram.maxOrder ?? Number.POSITIVE_INFINITY;
    // GFP_KERNEL never returns high memory.
    const high = Math.max(0, distance(pfn(lowPages), offset(ram.first, ram.pages)));
    this.#end = offset(ram.first, ram.pages - high);
  }

  /** The first pfn of 2^order pages; null when there are none or the workload lets it fail. */
  take(order: number): Pfn | null {
    if (order > this.maxOrder || this.remaining <= 0) return null;
    const pages = powerOf2(order);
    let first = this.#free[order]?.pop();
    if (first === undefined) {
      first = alignUp(this.#bump, pages);
      if (offset(first, pages) > this.#end) return null;
      this.#bump = offset(first, pages);
    }
    this.remaining--;
    return first;
  }

  /** What lies at a page and behind it is not given out. */
  endAt(page: Pfn): void {
    if (page < this.#end) this.#end = page;
  }

  give(first: Pfn, order: number): void {
    if (!this.#isReused) return;
    this.#free[order] ??= [];
    this.#free[order].push(first);
  }
}
