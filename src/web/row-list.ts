// row-list.ts - a list of events, all of a trace or those that pass a filter.

import type { Row } from "../answer/shapes.ts";

/** Rows by their index, whichever list they are of. */
export interface RowList {
  readonly total: number;
  row(index: number): Row | null;
  /** The index of an event, or of the nearest one before it. */
  indexOf(seq: number): number;
}
