// waiting.ts - the events of a recording that are not in its file yet: their rows, in memory that threads can share.
//
// A ring of slots, each of some rows. A slot is used again when its events are committed: until then an event that
// somebody asks for is read here.

import { type Cells, ROW_WIDTH, type Row, RowReader, type Texts } from "../event/row.ts";
import { actors, kindNames, type Recorded } from "../event/vocabulary.ts";
import { type Attachment, BATCH, type Batch, type SharedRows } from "./trace-file.ts";

const SLOT_ROWS = 2048;
/** Four batches: while one is written the next are made, and neither thread waits for the other at once. */
const SLOTS = (4 * BATCH) / SLOT_ROWS;
const NO_TEXTS: Texts = {};

/** The buffers of the rows, as a thread is given them. */
export interface Buffers {
  readonly cells: SharedArrayBuffer;
  readonly filled: SharedArrayBuffer;
}

export const rowsIn = ({ cells, filled }: Buffers): SharedRows => ({
  cells: new Float64Array(cells),
  filled: new Int32Array(filled),
});

/** A slot that holds events: the first of them, how many, and what they say outside their rows. */
interface Slot {
  readonly index: number;
  readonly first: number;
  count: number;
  readonly texts: Map<number, Texts>;
}

export class WaitingEvents {
  readonly buffers: Buffers = {
    cells: new SharedArrayBuffer(SLOTS * SLOT_ROWS * ROW_WIDTH * Float64Array.BYTES_PER_ELEMENT),
    filled: new SharedArrayBuffer(SLOTS * SLOT_ROWS * Int32Array.BYTES_PER_ELEMENT),
  };
  readonly rows: SharedRows = rowsIn(this.buffers);
  /** The rows of which the next one is written at `end`. */
  readonly cells: Cells = this.rows.cells;
  end = 0;
  readonly #filled = this.rows.filled;
  /** Those that are in use, oldest first; the last one is being filled. */
  readonly #slots: Slot[] = [];
  #current: Slot = { index: 0, first: 1, count: 0, texts: new Map() };
  #attachments: Attachment[] = [];
  readonly #reader: RowReader;

  /** `places` are the names of functions by their codes; they may grow. */
  constructor(places: readonly string[]) {
    this.#slots.push(this.#current);
    this.#reader = new RowReader({ kinds: kindNames, actors, places });
  }

  /** Takes the row that was written at `end`, and says whether its slot is full. */
  add(filled: number): boolean {
    this.#filled[this.end / ROW_WIDTH] = filled;
    this.end += ROW_WIDTH;
    return ++this.#current.count === SLOT_ROWS;
  }

  /** Takes what an event says outside its row. */
  texts(seq: number, texts: Texts): void {
    this.#current.texts.set(seq, texts);
  }

  /** Attaches the note of an event, to others that came last if there are such. */
  note(seq: number, text: string): void {
    const last = this.#attachments.at(-1);
    if (last?.what !== "notes") this.attach({ what: "notes", seqs: [seq], texts: [text] });
    else {
      last.seqs.push(seq);
      last.texts.push(text);
    }
  }

  attach(one: Attachment): void {
    this.#attachments.push(one);
  }

  /** What was added since the last call, as a batch; null where that is nothing. A slot has to be free behind it. */
  take(places: readonly string[]): Batch | null {
    const { index, first, count } = this.#current;
    if (count === 0 && this.#attachments.length === 0) return null;
    const attachments = this.#attachments;
    const batch = { first, count, row: index * SLOT_ROWS, attachments, places };
    this.#attachments = [];
    if (count === 0) return batch;
    const next = (index + 1) % SLOTS;
    this.#current = { index: next, first: first + count, count: 0, texts: new Map() };
    this.#slots.push(this.#current);
    this.end = next * SLOT_ROWS * ROW_WIDTH;
    return batch;
  }

  /** Frees the slots whose events are committed; says whether one is free behind the current one. */
  free(committed: number): boolean {
    const slots = this.#slots;
    while (slots.length > 1 && slots[0]!.first + slots[0]!.count - 1 <= committed) slots.shift();
    return slots.length < SLOTS;
  }

  /** An event that waits here; undefined for one that does not. */
  event(seq: number): Recorded | undefined {
    const slot = this.#slots.findLast(({ first }) => first <= seq);
    if (slot === undefined || seq >= slot.first + slot.count) return undefined;
    const at = slot.index * SLOT_ROWS + (seq - slot.first);
    const filled = this.#filled[at]!;
    const row: Row = Array.from({ length: ROW_WIDTH }, (_, column) =>
      (filled & (1 << column)) === 0 ? null : this.cells[at * ROW_WIDTH + column]!,
    );
    return this.#reader.decode(row, slot.texts.get(seq) ?? NO_TEXTS);
  }
}
