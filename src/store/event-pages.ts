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
/** How long the types of a row are: a byte that says so, and one for each column. */
const HEAD = 1 + columns.length;
/** Types of values: those below 8 stand for so many bytes. */
const NULL = 0;
const [LONG, ZERO, ONE] = [6, 8, 9];
const BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;
/** A row at its longest, with its length, its rowid and where it begins. */
const LONGEST = 2 + 9 + HEAD + 8 * columns.length + 2;
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

  /** Hot: some 0.1 us (bench: record). */
  #row(seq: number, values: Cells, start: number, filled: number): void {
    const types = this.#types;
    types.fill(NULL);
    // Hardly any row has one.
    const far = (filled & FAR) === 0 ? null : stored(busIn(values, start)!);
    let size = HEAD;
    for (let rest = filled & ~FAR; rest !== 0; rest &= rest - 1) {
      const column = 31 - Math.clz32(rest & -rest);
      const isFar = far !== null && column === BUS;
      const type = typeOf(isFar ? Number(far) : values[start + column]!);
      types[column] = type;
      size += BYTES[type]!;
    }
    if (this.#content - LEAF_HEAD - 2 * this.#cells < LONGEST) this.#nextLeaf();
    const bytes = this.#bytes;
    const cell = this.#content - size - varintBytes(size) - varintBytes(seq);
    let to = putVarint(bytes, putVarint(bytes, this.#page + cell, size), seq);
    bytes[to++] = HEAD;
    for (let column = 0; column < types.length; column++) bytes[to++] = types[column]!;
    for (let rest = filled & ~FAR; rest !== 0; rest &= rest - 1) {
      const column = 31 - Math.clz32(rest & -rest);
      const type = types[column]!;
      const isFar = far !== null && column === BUS;
      if (isFar && type === LONG) to = bytes.writeBigInt64BE(BigInt(far), to);
      else to = put(bytes, to, isFar ? Number(far) : values[start + column]!, type);
    }
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
      content -= 4 + varintBytes(end);
      bytes.writeUInt32BE(3 + i, content);
      putVarint(bytes, content + 4, end);
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

/** Writes a whole number of this type, the most significant byte first, and gives the end of it. */
function put(bytes: Buffer, start: number, value: number, type: number): number {
  let to = start;
  if (type > 6) return to;
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
  bytes[to++] = low;
  return to;
}

/** Bytes of a varint: seven bits in each. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Writes a varint, the most significant byte first, all but the last with their top bit set; gives the end of it. */
function putVarint(bytes: Buffer, start: number, value: number): number {
  const count = varintBytes(value);
  let rest = value;
  for (let to = start + count - 1; to >= start; to--) {
    bytes[to] = (rest % 128) | (to === start + count - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 128);
  }
  return start + count;
}
