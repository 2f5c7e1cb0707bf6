// spans.ts - what begins and ends page by page: which event began what holds, and what ended which.

interface Begun {
  /** On how many pages it still holds. */
  holding: number;
  readonly ends: number[];
}

/** Allocations, mappings or entries of an IOMMU. */
export class Spans<Page extends number | string> {
  /** Where something holds: the event that began it. */
  readonly #pages = new Map<Page, number>();
  readonly #begun = new Map<number, Begun>();

  begin(seq: number, pages: readonly Page[]): void {
    for (const page of pages) {
      this.#end(page, seq);
      this.#pages.set(page, seq);
    }
    this.#begun.set(seq, { holding: pages.length, ends: [] });
  }

  end(seq: number, pages: readonly Page[]): void {
    for (const page of pages) this.#end(page, seq);
  }

  /** The events that began what still holds. */
  *seqs(): Generator<number> {
    for (const [seq, { holding }] of this.#begun) if (holding > 0) yield seq;
  }

  /** The events that ended what one began, page by page; none where it began nothing. */
  endsOf(seq: number): Iterable<number> {
    return this.#begun.get(seq)?.ends ?? [];
  }

  #end(page: Page, seq: number): void {
    const began = this.#pages.get(page);
    if (began === undefined) return;
    this.#pages.delete(page);
    const begun = this.#begun.get(began)!;
    begun.holding--;
    if (begun.ends.at(-1) !== seq) begun.ends.push(seq);
  }
}
