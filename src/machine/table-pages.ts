// table-pages.ts - the pages that a GATT is made of, in order, and the frame in which the CPU writes each.

import { type Mfn, type Pfn, type TablePage, tablePage } from "../address.ts";
import { Table } from "./table.ts";

/** The pages of a table in memory, in their order. */
export class TablePages {
  /** Which page of the table a pfn is, and the frame of each. */
  readonly tables = { places: new Table<Pfn, TablePage>(), frames: new Table<TablePage, Mfn>() };

  /** Pages of the table. */
  get size(): number {
    return this.tables.frames.size;
  }

  /** The frame of a page of the table; undefined past the end. */
  frameOf(page: TablePage): Mfn | undefined {
    return this.tables.frames.get(page);
  }

  /** A page joins at the end: tables are allocated front to back. */
  add(pfn: Pfn, frame: Mfn): void {
    const page = tablePage(this.size);
    this.tables.places.set(pfn, page);
    this.tables.frames.set(page, frame);
  }

  /** The CPU now writes a page of the table in another frame; any other page is ignored. */
  move(pfn: Pfn, frame: Mfn): void {
    const page = this.tables.places.get(pfn);
    if (page !== undefined) this.tables.frames.set(page, frame);
  }

  /** A table is freed as a whole, be it page by page. */
  remove(pfn: Pfn): void {
    this.tables.places.delete(pfn);
    if (this.tables.places.size === 0) this.tables.frames.clear();
  }
}
