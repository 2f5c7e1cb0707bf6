// event-pages.ts - rows of events as the pages of an SQLite table, laid out here: SQLite copies them cell by cell.
//
// By the file format (https://www.sqlite.org/fileformat2.html): a leaf's cells are the length of a row, its rowid and
// the row, from the end of the page backwards; a row is the types of its values and then the values.

import { at, columns } from "../event/field.ts";
import { busIn, type Cells, ROW_WIDTH, WITHIN } from "../event/row.ts";
import { stored } from "./event-rows.ts";

/** Bytes of a page: those of the trace, for a cell is copied as it is. */
export const PAGE = 16384;
/** A page of a table is a leaf, which has rows, or leads to the leaves. */
const LEAF = 0x0d;
const INTERIOR = 0x05;
/** Bytes before the list of where a leaf's cells begin, and before that of an interior page. */
const LEAF_HEAD = 8;
const INTERIOR_HEAD = 12;
/** Types of values: those below 8 stand for so many bytes. */
const NULL = 0;
const [LONG, ZERO, ONE] = [6, 8, 9];
const BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;
/** A row at its longest, with its length, its rowid and where it begins. */
const LONGEST = 2 + 9 + 1 + 9 * columns.length + 2;
const SEQ = 1 << at.seq;
const BUS = at.bus;
const FAR = 1 << WITHIN;
const HIGH = 2 ** 32;

/** The pages of some rows, which follow one another: the root is page 2, the leaves follow it. */
export class EventPages {
  /** From page 2 on. */
  #bytes = Buffer.alloc(64 * PAGE);
  /** The page that is being filled, from the start of `#bytes`: the root is the first. */
  #page = PAGE;
  #cells = 0;
  /** Where the content of the leaf begins, within its page. */
  #content = PAGE;
  #last = 0;
  /** The last rowid of each full leaf. */
  #ends: number[] = [];
  readonly #types = new Uint8Array(columns.length);

  /** Rows that were taken since they were last given. */
  rows = 0;

  /** Takes rows, the first being event `seq` and at `first`; `filled` has for each row a bit for each column it fills. */
  add(seq: number, values: Cells, filled: Int32Array, first: number, rows: number): void {
    this.rows += rows;
    for (let i = 0; i < rows; i++)
      this.#row(seq + i, values, (first + i) * ROW_WIDTH, filled[first + i]! & ~SEQ);
  }

  /** The pages from the root on, good until the next call; it is empty after it. */
  take(): Buffer {
    const leaves = this.#ends.length + 1;
    this.#endLeaf();
    // A table of one leaf is that leaf.
    if (leaves === 1) this.#bytes.copyWithin(0, PAGE, 2 * PAGE);
    else this.#root(leaves);
    const pages = leaves === 1 ? 1 : 1 + leaves;
    [this.#page, this.#cells, this.#content] = [PAGE, 0, PAGE];
    this.#ends.length = 0;
    this.rows = 0;
    return this.#bytes.subarray(0, pages * PAGE);
  }

  /** From its end backwards, as it lies in the page. Hot: some 0.1 us (bench: record). */
  #row(seq: number, values: Cells, start: number, filled: number): void {
    if (this.#content - LEAF_HEAD - 2 * this.#cells < LONGEST) this.#nextLeaf();
    const [bytes, types] = [this.#bytes, this.#types];
    const end = this.#page + this.#content;
    let at = end;
    // Nulls behind the last value are left out: a row may have fewer values than its table has columns.
    const width = 32 - Math.clz32(filled & ~FAR);
    for (let column = 0; column < width; column++) types[column] = NULL;
    for (let column = 0, rest = filled & ~FAR; rest !== 0; rest ^= 1 << column) {
      column = 31 - Math.clz32(rest);
      // Hardly any row has a bus address that is no number.
      const far = column === BUS && (filled & FAR) !== 0 ? stored(busIn(values, start)!) : null;
      const value = far === null ? values[start + column]! : Number(far);
      const type = typeOf(value);
      types[column] = type;
      at -= BYTES[type]!;
      if (far !== null && type === LONG) bytes.writeBigInt64BE(BigInt(far), at);
      else put(bytes, at, value, type);
    }
    at -= 1 + width;
    const size = end - at;
    bytes[at] = 1 + width;
    for (let column = 0; column < width; column++) bytes[at + 1 + column] = types[column]!;
    at = putVarintBefore(bytes, putVarintBefore(bytes, at, seq), size);
    const cell = at - this.#page;
    this.#content = cell;
    const pointer = this.#page + LEAF_HEAD + 2 * this.#cells++;
    bytes[pointer] = cell >> 8;
    bytes[pointer + 1] = cell & 0xff;
    this.#last = seq;
  }

  #nextLeaf(): void {
    this.#endLeaf();
    this.#ends.push(this.#last);
    this.#page += PAGE;
    if (this.#page === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length);
    [this.#cells, this.#content] = [0, PAGE];
  }

  #endLeaf(): void {
    this.#head(this.#page, LEAF, this.#cells, this.#content);
  }

  #head(page: number, type: number, cells: number, content: number): void {
    const bytes = this.#bytes;
    bytes[page] = type;
    bytes.writeUInt16BE(0, page + 1);
    bytes.writeUInt16BE(cells, page + 3);
    bytes.writeUInt16BE(content, page + 5);
    bytes[page + 7] = 0;
  }

  /** The leaves are pages 3 and on: each but the last with its last rowid, the last by itself. */
  #root(leaves: number): void {
    const bytes = this.#bytes;
    let content = PAGE;
    for (const [i, end] of this.#ends.entries()) {
      content = putVarintBefore(bytes, content, end) - 4;
      bytes.writeUInt32BE(3 + i, content);
      bytes.writeUInt16BE(content, INTERIOR_HEAD + 2 * i);
    }
    this.#head(0, INTERIOR, leaves - 1, content);
    bytes.writeUInt32BE(2 + leaves, 8);
  }
}

/** The shortest type that holds a whole number. */
function typeOf(value: number): number {
  if (value === 0) return ZERO;
  if (value === 1) return ONE;
  const size = value < 0 ? -value - 1 : value;
  if (size < 0x80) return 1;
  if (size < 0x8000) return 2;
  if (size < 0x800000) return 3;
  if (size < 0x80000000) return 4;
  return size < 0x800000000000 ? 5 : 6;
}

/** Writes a whole number of this type, the most significant byte first. */
function put(bytes: Buffer, start: number, value: number, type: number): void {
  let to = start;
  if (type > 6) return;
  if (type > 4) {
    const high = Math.floor(value / HIGH);
    if (type === 6) {
      bytes[to++] = high >> 24;
      bytes[to++] = high >> 16;
    }
    bytes[to++] = high >> 8;
    bytes[to++] = high;
  }
  const low = value | 0;
  if (type > 3) bytes[to++] = low >> 24;
  if (type > 2) bytes[to++] = low >> 16;
  if (type > 1) bytes[to++] = low >> 8;
  bytes[to] = low;
}

/** Writes a varint that ends there, the most significant byte first, all but the last with their top bit set; gives its start. */
function putVarintBefore(bytes: Buffer, end: number, value: number): number {
  let [at, rest] = [end - 1, Math.floor(value / 128)];
  bytes[at] = value % 128;
  for (; rest > 0; rest = Math.floor(rest / 128)) bytes[--at] = (rest % 128) | 0x80;
  return at;
}
