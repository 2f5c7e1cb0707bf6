// row-list.ts - a list of events: all of a trace, those that a report holds with what it leaves out, or those that pass a filter.

import type { Row } from "../answer/shapes.ts";

/** Neighbours that a report leaves out. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Rows by their index, whichever list they are of. */
export interface RowList {
  readonly total: number;
  /** Null until it is there. */
  row(index: number): Row | Gap | null;
  /** The index of an event, or of the nearest one before it. */
  indexOf(seq: number): number;
}

export const isGap = (row: Row | Gap | null): row is Gap => row !== null && "from" in row;

/** Every event of a trace. */
export const wholeList = (count: number, row: (seq: number) => Row | null): RowList => ({
  total: count,
  row: (index) => row(index + 1),
  indexOf: (seq) => Math.max(0, seq - 1),
});

/** Some events of a trace, by number and in order, and between them what is not there. */
export function heldList(
  seqs: readonly number[],
  count: number,
  row: (seq: number) => Row | null,
): RowList {
  const entries: (number | Gap)[] = [];
  let last = 0;
  for (const seq of [...seqs, count + 1]) {
    if (seq > last + 1) entries.push({ from: last + 1, to: seq - 1 });
    if (seq <= count) entries.push(seq);
    last = seq;
  }
  const firstOf = (entry: number | Gap) => (typeof entry === "number" ? entry : entry.from);
  return {
    total: entries.length,
    row: (index) => {
      const entry = entries[index] ?? null;
      return typeof entry === "number" ? row(entry) : entry;
    },
    indexOf: (seq) =>
      Math.max(
        0,
        lastIndex(entries, (entry) => firstOf(entry) <= seq),
      ),
  };
}

/** The index of the last of some that hold, where those that hold come first; -1 for none. */
function lastIndex<T>(list: readonly T[], holds: (one: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
