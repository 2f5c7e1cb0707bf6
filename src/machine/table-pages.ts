// table-pages.ts - the pages that a GATT is made of, in order, and the frame in which the CPU writes each.

export class TablePages {
  /** pfn -> its place in the table. */
  readonly #places = new Map<number, number>();
  #frames: number[] = [];

  get size(): number {
    return this.#frames.length;
  }

  /** The frame of a page of the table, by its place; undefined past the end. */
  frameOf(place: number): number | undefined {
    return this.#frames[place];
  }

  /** A page joins at the end: tables are allocated front to back. */
  add(pfn: number, frame: number): void {
    this.#places.set(pfn, this.#frames.push(frame) - 1);
  }

  /** The CPU now writes a page of the table in another frame; any other page is ignored. */
  move(pfn: number, frame: number): void {
    const place = this.#places.get(pfn);
    if (place !== undefined) this.#frames[place] = frame;
  }

  /** A table is freed as a whole, be it page by page. */
  remove(pfn: number): void {
    this.#places.delete(pfn);
    if (this.#places.size === 0) this.#frames = [];
  }
}
