// table-pages.ts - the pages that a GATT is made of, in order, and the frame in which the CPU writes each.

import { Table } from "./table.ts";

export class TablePages {
  /** What it is kept in: pfn -> its place in the table, and place -> frame. */
  readonly tables = { places: new Table(), frames: new Table() };

  /** Pages of the table. */
  get size(): number {
    return this.tables.frames.size;
  }

  /** The frame of a page of the table, by its place; undefined past the end. */
  frameOf(place: number): number | undefined {
    return this.tables.frames.get(place);
  }

  /** A page joins at the end: tables are allocated front to back. */
  add(pfn: number, frame: number): void {
    this.tables.places.set(pfn, this.size);
    this.tables.frames.set(this.size, frame);
  }

  /** The CPU now writes a page of the table in another frame; any other page is ignored. */
  move(pfn: number, frame: number): void {
    const place = this.tables.places.get(pfn);
    if (place !== undefined) this.tables.frames.set(place, frame);
  }

  /** A table is freed as a whole, be it page by page. */
  remove(pfn: number): void {
    this.tables.places.delete(pfn);
    if (this.tables.places.size === 0) this.tables.frames.clear();
  }
}
