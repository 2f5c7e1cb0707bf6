// res-map.ts - the resource map of zx1's I/O MMU: a bit for each entry, in words of 64.
//
// sba_search_bitmap and sba_free_range of arch/ia64/hp/common/sba_iommu.c (linux 2.6.12): sizes are powers of two.

const WORD = 64;
const NONE = 2 ** 52;

export class ResMap {
  readonly #taken: Uint8Array;
  /** res_hint, as a bit: the word from which the search goes on. */
  hint = 0;
  /** res_bitshift: where in that word it does, for more than one bit. */
  shift = 0;
  used = 0;

  constructor(entries: number) {
    this.#taken = new Uint8Array(entries);
  }

  /** The first of so many entries, rounded up to a power of two; null where none are free from the hint on. */
  take(entries: number): number | null {
    const wanted = powerOfTwo(entries);
    const found = this.#find(wanted);
    if (found === null) {
      this.hint = 0;
      this.shift = 0;
    }
    return found;
  }

  /**
   * Frees what was taken for so many entries, whole words of them from the word's beginning, fewer to its end at most;
   * for none it frees none: their count does not fit an int.
   */
  give(first: number, entries: number): void {
    if (entries === 0) return;
    let word = first - (first % WORD);
    let left = powerOfTwo(entries);
    for (; left > WORD; left -= WORD, word += WORD) this.#free(word, word + WORD);
    const from = word + (first % WORD);
    this.#free(from, Math.min(from + left, word + WORD));
  }

  #free(from: number, to: number): void {
    for (let i = from; i < Math.min(to, this.#taken.length); i++) {
      this.used -= this.#taken[i]!;
      this.#taken[i] = 0;
    }
  }

  #find(entries: number): number | null {
    if (entries === NONE) return this.#nothing();
    if (entries === 1) return this.#one();
    return entries <= WORD / 2 ? this.#few(entries) : this.#words(entries);
  }

  /** No entries at all: neither words nor bits fit an int, so the word of the hint will do, and nothing is marked. */
  #nothing(): number {
    this.shift = 0;
    return this.hint;
  }

  /** The first free bit of a word. */
  #one(): number | null {
    const at = this.#taken.indexOf(0, this.hint);
    if (at < 0) return null;
    this.hint = at - (at % WORD);
    this.shift = (at % WORD) + 1;
    return this.#mark(at, 1);
  }

  /** Aligned to their number, within a word, from the shift on. */
  #few(entries: number): number | null {
    let within = Math.ceil(this.shift / entries) * entries;
    for (let word = this.hint; word < this.#taken.length; word += WORD) {
      for (; within < WORD; within += entries)
        if (this.#isFree(word + within, entries)) {
          this.hint = word;
          this.shift = within + entries;
          return this.#mark(word + within, entries);
        }
      within = 0;
    }
    return null;
  }

  /** Whole words; those that would be the last of the map are not looked at. */
  #words(entries: number): number | null {
    for (let word = this.hint; word < this.#taken.length - entries; word += WORD)
      if (this.#isFree(word, entries)) {
        this.hint = word + entries;
        this.shift = 0;
        return this.#mark(word, entries);
      }
    return null;
  }

  #isFree(first: number, count: number): boolean {
    for (let i = first; i < first + count; i++) if (this.#taken[i] !== 0) return false;
    return true;
  }

  #mark(first: number, count: number): number {
    this.#taken.fill(1, first, first + count);
    this.used += count;
    return first;
  }
}

/** get_iovp_order, as what it is a power of; of no entries more than any map has. */
const powerOfTwo = (entries: number): number =>
  entries === 0 ? NONE : 2 ** Math.ceil(Math.log2(entries));
