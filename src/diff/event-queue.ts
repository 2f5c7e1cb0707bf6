// event-queue.ts - the events of one trace that wait for their partners, as numbers in one typed array.
//
// An event is a row of the store, its codes those of this program, and behind it what was known at its moment: its text,
// its key, where its number leads, and whose page it means. Ten million events pass through; few wait at once.

import { columns } from "../event/field.ts";

/** Stands where a column is null: no integer of a trace is as low. */
export const NONE = -(2 ** 60);

/** Where the added columns stand, behind those of a row. */
const ROW = columns.length;
export const NOTE = ROW;
export const KEY = ROW + 1;
export const LEADS = ROW + 2;
export const OWNER = ROW + 3;
export const PAGE = ROW + 4;
export const WIDTH = ROW + 5;

/** Beside the codes of the rule (event/verdict.ts): no number of the event is wrong, but a check finds the event so. */
export const FOUND = 6;

const FIRST_ROOM = 1024;

export class EventQueue {
  /** `WIDTH` numbers an event. */
  values = new Float64Array(FIRST_ROOM * WIDTH);
  /** Indices in `values` of the first event that waits and of the end. */
  start = 0;
  end = 0;

  /** How many events wait. */
  get waiting(): number {
    return (this.end - this.start) / WIDTH;
  }

  /** Makes room for one more event and gives its index. */
  push(): number {
    if (this.end === this.values.length) this.#makeRoom();
    const index = this.end;
    this.end += WIDTH;
    return index;
  }

  drop(events: number): void {
    this.start += events * WIDTH;
    if (this.start < this.end) return;
    this.start = 0;
    this.end = 0;
  }

  /** The keys of the first events that wait. */
  keys(count: number): number[] {
    const { values, start } = this;
    return Array.from({ length: count }, (_, i) => values[start + i * WIDTH + KEY]!);
  }

  #makeRoom(): void {
    const waiting = this.values.subarray(this.start, this.end);
    if (this.start > this.values.length / 2) this.values.copyWithin(0, this.start, this.end);
    else {
      const wider = new Float64Array(this.values.length * 2);
      wider.set(waiting);
      this.values = wider;
    }
    this.end -= this.start;
    this.start = 0;
  }
}
