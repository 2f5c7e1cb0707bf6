// page-blocks.ts - which pages of a sparse space are ever spoken of, in aligned blocks: the rows of a map.

/** Pages to a block. */
export const BLOCK = 256;
/** Blocks that are kept: a map of more would be no picture any more. */
const MOST = 4096;

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

  /** The first page of each block, ascending. */
  get firsts(): readonly number[] {
    this.#sorted ??= [...this.#blocks].sort((a, b) => a - b).map((block) => block * BLOCK);
    return this.#sorted;
  }
}
