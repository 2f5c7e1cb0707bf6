// range-alloc.ts - which entries of a ppc64 IOMMU's table are taken: iommu_range_alloc of arch/ppc64/kernel/iommu.c.
//
// Three quarters are for requests of at most 15 pages, the rest for larger ones; each side searches its own part from
// where it stopped, then its part from the beginning, then the other.

/** More pages than these are a large request. */
const SMALL = 15;

/** Where the elements of a list go on, each behind the one before. */
export interface Handle {
  at: number;
}

export class RangeAlloc {
  readonly #taken: Uint8Array;
  readonly halfpoint: number;
  hint = 0;
  largeHint: number;
  used = 0;

  constructor(entries: number) {
    this.#taken = new Uint8Array(entries);
    this.halfpoint = Math.floor((entries * 3) / 4);
    this.largeHint = this.halfpoint;
  }

  get length(): number {
    return this.#taken.length;
  }

  mark(first: number, pages: number, isTaken: boolean): void {
    const [from, to] = isTaken ? [0, 1] : [1, 0];
    for (let i = first; i < first + pages; i++) {
      if (this.#taken[i] !== from) continue;
      this.#taken[i] = to;
      this.used += to - from;
    }
  }

  /** The first of so many entries, a multiple of `align`; null where there are none. */
  take(pages: number, align: number, handle: Handle | null): number | null {
    const isLarge = pages > SMALL;
    const hint = isLarge ? this.largeHint : this.hint;
    let start = handle !== null && handle.at > 0 ? handle.at : hint;
    let limit = isLarge ? this.length : this.halfpoint;
    if (isLarge && start < this.halfpoint) start = this.halfpoint;
    if (start >= limit) start = hint;
    for (let pass = 0; ; pass++) {
      const first = this.#search(pages, align, start, limit);
      if (first !== null) return this.#took(first, pages, isLarge, handle);
      if (pass === 2) return null;
      start = isLarge === (pass === 0) ? this.halfpoint : 0;
      if (pass === 1) limit = this.length;
    }
  }

  /** A range must not end at the limit: one entry before it stays free. */
  #search(pages: number, align: number, from: number, limit: number): number | null {
    for (let start = from; ; ) {
      const free = this.#taken.indexOf(0, start);
      const first = Math.ceil((free < 0 || free > limit ? limit : free) / align) * align;
      if (first + pages >= limit) return null;
      const usedAt = this.#taken.subarray(first, first + pages).indexOf(1);
      if (usedAt < 0) return first;
      start = first + usedAt + 1;
    }
  }

  #took(first: number, pages: number, isLarge: boolean, handle: Handle | null): number {
    this.mark(first, pages, true);
    const end = first + pages;
    if (isLarge) this.largeHint = end;
    else this.hint = end;
    if (handle !== null) handle.at = end;
    return first;
  }
}
