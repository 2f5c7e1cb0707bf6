// page-blocks.ts - which pages of a sparse space are ever spoken of, in aligned blocks: the rows of a map.

/** Pages to a block, as a power of two and as such, and to a row of a map of many blocks. */
export const BLOCK_SHIFT = 6;
const BLOCK = 2 ** BLOCK_SHIFT;
const WIDE = 256;
/** Rows of narrow blocks that still are a picture. */
const MOST_NARROW = 192;
/** Blocks that are kept: a map of more would be no picture any more. */
const MOST = 16384;

export class PageBlocks {
  readonly #blocks = new Set<number>();
  #sorted: number[] | null = [];
  #isCut = false;

  /** Whether pages beyond the first blocks were left out. */
  get isCut(): boolean {
    return this.#isCut;
  }

  add(first: number, pages: number): void {
    const last = Math.floor((first + pages - 1) / BLOCK);
    for (let block = Math.floor(first / BLOCK); block <= last; block++) {
      if (this.#blocks.has(block)) continue;
      if (this.#blocks.size >= MOST) {
        this.#isCut = true;
        return;
      }
      this.#blocks.add(block);
      this.#sorted = null;
    }
  }

  /** The rows of a map of them: the first page of each, ascending, and how many pages it has. */
  get rows(): { readonly rows: readonly number[]; readonly columns: number } {
    this.#sorted ??= [...this.#blocks].sort((a, b) => a - b).map((block) => block * BLOCK);
    if (this.#sorted.length <= MOST_NARROW) return { rows: this.#sorted, columns: BLOCK };
    const wide = new Set(this.#sorted.map((first) => Math.floor(first / WIDE) * WIDE));
    return { rows: [...wide], columns: WIDE };
  }
}
