// page.ts - a page of the kernel's ring buffer: the records in it, each with its time.
//
// The page begins with the time of its first record and `commit`, how many bytes of records follow (kernel/trace/
// ring_buffer.c, struct buffer_data_page; events/header_page says where both are). A record begins with a word of 5
// bits type and length and 27 bits time since the one before.

import { type Order, u32, u64 } from "./bytes.ts";

/** Where a page's parts are, as events/header_page tells. */
export interface PageLayout extends Order {
  readonly commitAt: number;
  /** The kernel's word: 4 or 8 bytes. */
  readonly commitSize: number;
  readonly dataAt: number;
}

const COMMIT = 2 ** 27 - 1;
const STORED = 2 ** 30;
const MISSED = 2 ** 31;
const DELTA_BITS = 27;
const [PADDING, EXTEND, STAMP] = [29, 30, 31];
/** A time stamp lacks its top 5 bits, which are those of the time before. */
const STAMP_BITS = 59n;

/** The layout that header_page tells; null where it tells none. */
export function layoutOf(headerPage: string, order: Order): PageLayout | null {
  const field = (name: string) =>
    new RegExp(`\\b${name};\\s*offset:(\\d+);\\s*size:(\\d+);`)
      .exec(headerPage)
      ?.slice(1)
      .map(Number);
  const [commitAt, commitSize] = field("commit") ?? [];
  const [dataAt] = field("data") ?? [];
  if (commitAt === undefined || dataAt === undefined || dataAt > 64 || commitAt > 64) return null;
  return commitSize === 4 || commitSize === 8
    ? { big: order.big, commitAt, commitSize, dataAt }
    : null;
}

/** As a 64-bit kernel of this byte order has it. */
const USUAL: PageLayout = { big: false, commitAt: 8, commitSize: 8, dataAt: 16 };

/** Whether bytes begin with a page: its records take just as many as it says. */
export function isPage(bytes: Buffer): boolean {
  const page = new PageReader(USUAL, 0n);
  if (bytes.length < USUAL.dataAt || page.load(bytes, 0, bytes.length) !== null) return false;
  let end = USUAL.dataAt;
  while (page.next()) end = page.at + page.length;
  const commit = u32(bytes, USUAL.commitAt, USUAL);
  return end > USUAL.dataAt && end === USUAL.dataAt + (commit & COMMIT) && bytes[12] === 0;
}

export class PageReader {
  readonly #layout: PageLayout;
  /** What times count from, so that they are exact as numbers. */
  readonly #origin: bigint;
  bytes: Buffer = Buffer.alloc(0);
  #next = 0;
  #end = 0;
  /** The record in hand: where its data are, and its time since the origin; NaN, a double as times are, until there is one. */
  at = 0;
  length = 0;
  time = Number.NaN;
  /** Records that were lost before this page's first; -1 where their number is not told. */
  missed = 0;

  constructor(layout: PageLayout, origin: bigint) {
    this.#layout = layout;
    this.#origin = origin;
  }

  /** Begins with a page of so many bytes; what is wrong with it, or null. */
  load(bytes: Buffer, start: number, size: number): string | null {
    const { commitAt, commitSize, dataAt } = this.#layout;
    this.bytes = bytes;
    this.#next = this.#end = start;
    this.missed = 0;
    if (start + size > bytes.length || size < dataAt) return "a page that is cut short";
    const word = u32(
      bytes,
      start + commitAt + (this.#layout.big ? commitSize - 4 : 0),
      this.#layout,
    );
    const commit = word % (COMMIT + 1);
    if (commit > size - dataAt) return `a page of ${size} bytes that says it holds ${commit}`;
    this.time = Number(u64(bytes, start, this.#layout) - this.#origin);
    this.#next = start + dataAt;
    this.#end = this.#next + commit;
    if (word >= MISSED) this.missed = this.#missedAt(this.#end, start + size, word);
    return null;
  }

  /** The next record with data; false at the end of the page. */
  next(): boolean {
    while (this.#next + 4 <= this.#end) {
      const word = u32(this.bytes, this.#next, this.#layout);
      const type = this.#layout.big ? word >>> DELTA_BITS : word & 31;
      const delta = this.#layout.big ? word & COMMIT : word >>> 5;
      const body = this.#next + 4;
      if (type <= 28) {
        this.time += delta;
        if (this.#data(type, body)) return true;
      } else if (type === PADDING && delta === 0) break;
      else if (body + 4 > this.#end) break;
      else {
        const more = u32(this.bytes, body, this.#layout);
        this.#next = body + (type === PADDING ? more : 4);
        if (type === PADDING) this.time += delta;
        if (type === EXTEND) this.time += more * 2 ** DELTA_BITS + delta;
        if (type === STAMP) this.#stamp(more, delta);
      }
    }
    this.#next = this.#end;
    return false;
  }

  #data(type: number, body: number): boolean {
    let [at, length] = [body, type * 4];
    if (type === 0) {
      // A longer record has its length in a word of its own, which counts itself.
      const told = body + 4 <= this.#end ? u32(this.bytes, body, this.#layout) : 0;
      at = body + 4;
      length = Math.ceil((told - 4) / 4) * 4;
    }
    if (length <= 0 || at + length > this.#end) {
      this.#next = this.#end;
      return false;
    }
    this.at = at;
    this.length = length;
    this.#next = at + length;
    return true;
  }

  #stamp(more: number, delta: number): void {
    const before = BigInt(this.time) + this.#origin;
    const low = (BigInt(more) << BigInt(DELTA_BITS)) + BigInt(delta);
    this.time = Number(((before >> STAMP_BITS) << STAMP_BITS) + low - this.#origin);
  }

  #missedAt(at: number, end: number, word: number): number {
    const { commitSize, big } = this.#layout;
    if (word % MISSED < STORED || at + commitSize > end) return -1;
    return u32(this.bytes, at + (big ? commitSize - 4 : 0), this.#layout);
  }
}
