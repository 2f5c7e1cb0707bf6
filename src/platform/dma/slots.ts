// slots.ts - the slots of a swiotlb: runs of slabs of 2 KB, no run across the end of a segment of 128.
//
// io_tlb_list of arch/ia64/lib/swiotlb.c (linux 2.6.12): each slab has the number of free ones from it to the end of
// its segment, 0 where it is taken.

export const SLAB = 2048;
const SEGMENT = 128;

export class Slots {
  readonly #free: Int32Array;
  /** io_tlb_index: the search begins behind the slot that was taken last. */
  index = 0;

  constructor(slabs: number) {
    this.#free = Int32Array.from({ length: slabs }, (_, i) => SEGMENT - (i % SEGMENT));
  }

  get length(): number {
    return this.#free.length;
  }

  get used(): number {
    return this.#free.reduce((count, free) => count + (free === 0 ? 1 : 0), 0);
  }

  /** The first slab of a run, at a multiple of the stride; null where there is none. */
  take(slabs: number, stride: number): number | null {
    let at = Math.ceil(this.index / stride) * stride;
    if (at >= this.length) at = 0;
    const wrap = at;
    do {
      if (this.#free[at]! >= slabs) {
        this.#free.fill(0, at, at + slabs);
        this.#countBack(at, 0);
        this.index = at + slabs < this.length ? at + slabs : 0;
        return at;
      }
      at += stride;
      if (at >= this.length) at = 0;
    } while (at !== wrap);
    return null;
  }

  give(first: number, slabs: number): void {
    const end = Math.ceil((first + 1) / SEGMENT) * SEGMENT;
    let count = first + slabs < end ? this.#free[first + slabs]! : 0;
    for (let i = first + slabs - 1; i >= first; i--) this.#free[i] = ++count;
    this.#countBack(first, count);
  }

  /** Counts the free slabs before one anew, as far as they are free and in its segment. */
  #countBack(before: number, from: number): void {
    let count = from;
    for (let i = before - 1; i >= 0 && i % SEGMENT !== SEGMENT - 1 && this.#free[i]! > 0; i--)
      this.#free[i] = ++count;
  }
}
