// p2m-table.ts - a dom0's P2M table as a dump has it: ranges of pages whose frames follow each other.

import { type Mfn, mfn, type Pfn, raw } from "../../../address.ts";

/** Pages in a row and their frames, which follow each other by so many. */
export interface PageRange {
  readonly first: number;
  readonly count: number;
  readonly frame: number;
  readonly step: number;
}

/** Frames by page, found by halving. */
export class P2mTable {
  readonly #ranges: readonly PageRange[];

  constructor(ranges: readonly PageRange[]) {
    this.#ranges = [...ranges].sort((a, b) => a.first - b.first);
  }

  /** The frame of a page; null where the table has none. */
  frameOf(pfn: Pfn): Mfn | null {
    // A dump has plain numbers.
    const page = raw(pfn);
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]!.first <= page) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low - 1];
    if (range === undefined || page >= range.first + range.count) return null;
    return mfn(range.frame + (page - range.first) * range.step);
  }
}
