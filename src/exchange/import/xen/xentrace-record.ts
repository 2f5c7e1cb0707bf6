// xentrace-record.ts - the binary records of xentrace, cut out of its windows one by one.
//
// A file is a row of windows: a CPU_CHANGE record says whose records follow and how many bytes they take.
// A record is a header (event in bits 0 to 27, number of words in 28 to 30, bit 31 for a time stamp), the
// stamp's two words and up to seven more, all little-endian (xen/include/public/trace.h).

/** What a record says, or `why` some bytes are none. */
export interface XenRecord {
  /** The number of the record in the file, from 1, and its first byte. */
  readonly number: number;
  readonly byte: number;
  readonly event: number;
  readonly words: readonly number[];
  readonly why: string | null;
}

export const CPU_CHANGE = 0x1f003;
const WRAP_BUFFER = 0x1f002;
/** The header of CPU_CHANGE: two words and no time stamp. */
const WINDOW = 0x2001f003;
const WINDOW_BYTES = 12;
const WINDOW_MARK = Buffer.from([0x03, 0xf0, 0x01, 0x20]);
/** Header, time stamp and seven words. */
const LONGEST = 4 + 8 + 28;

/** The upper 16 bits of an event: the classes that there are (TRC_GEN to TRC_GUEST). */
const classes = new Set([1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x800]);

/** Whether a file that begins with these bytes is xentrace's. */
export const beginsWindow = (head: Buffer): boolean =>
  head.length >= WINDOW_BYTES && head.readUInt32LE(0) === WINDOW;

/** Follows the records through the chunks of a file. */
export class Records {
  #rest: Buffer = Buffer.alloc(0);
  #byte = 0;
  #number = 0;
  /** Bytes of the window that are still to come; below 0 where it held more than it said. */
  #left = 0;
  /** The first of the bytes in hand that are no records; null while records follow each other. */
  #strayFrom: number | null = null;

  /** The records that are whole after another chunk. */
  take(chunk: Buffer): XenRecord[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const records: XenRecord[] = [];
    let at = 0;
    while (bytes.length - at >= LONGEST) at += this.#next(bytes, at, records);
    this.#rest = Buffer.from(bytes.subarray(at));
    return records;
  }

  /** What is left at the end of the file. */
  end(): XenRecord[] {
    const records: XenRecord[] = [];
    const bytes = this.#rest;
    for (let at = 0; at < bytes.length; at += this.#next(bytes, at, records)) {
      const left = bytes.length - at;
      if (this.#strayFrom !== null ? left >= 4 : left >= 4 && lengthOf(bytes, at) <= left) continue;
      this.#strayFrom ??= this.#byte;
      this.#byte += left;
      break;
    }
    if (this.#strayFrom !== null) this.#endStray(records);
    else if (this.#left > 0)
      records.push(this.#wrong(`the file ends ${this.#left} bytes before its last window does`));
    return records;
  }

  /** Tells of what stands at `at`, and gives how many bytes that is. */
  #next(bytes: Buffer, at: number, records: XenRecord[]): number {
    const header = bytes.readUInt32LE(at);
    if (header === WINDOW && bytes.length - at >= WINDOW_BYTES)
      return this.#window(bytes, at, records);
    const event = header % 2 ** 28;
    if (!classes.has(event >>> 16)) this.#strayFrom ??= this.#byte;
    if (this.#strayFrom !== null) return this.#pass(strayIn(bytes, at));
    const length = lengthOf(bytes, at);
    if (this.#left >= 0 && length > this.#left)
      records.push(
        this.#wrong("the window holds more bytes than it says; they are read all the same"),
      );
    const words: number[] = [];
    for (let word = at + (header >= 2 ** 31 ? 12 : 4); word < at + length; word += 4)
      words.push(bytes.readUInt32LE(word));
    records.push({ number: ++this.#number, byte: this.#byte, event, words, why: null });
    return this.#pass(length);
  }

  #window(bytes: Buffer, at: number, records: XenRecord[]): number {
    if (this.#strayFrom !== null) this.#endStray(records);
    else if (this.#left > 0)
      records.push(this.#wrong(`the window ends ${this.#left} bytes before it says it does`));
    const words = [bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)];
    records.push({ number: ++this.#number, byte: this.#byte, event: CPU_CHANGE, words, why: null });
    this.#pass(WINDOW_BYTES);
    this.#left = words[1]!;
    return WINDOW_BYTES;
  }

  #endStray(records: XenRecord[]): void {
    records.push(this.#wrong(`${this.#byte - this.#strayFrom!} bytes before this are no records`));
    this.#strayFrom = null;
  }

  #pass(bytes: number): number {
    this.#byte += bytes;
    this.#left -= bytes;
    return bytes;
  }

  #wrong(why: string): XenRecord {
    return { number: this.#number + 1, byte: this.#byte, event: 0, words: [], why };
  }
}

/** Bytes up to where a window may begin, wherever that is: what is missing need not be whole words. */
function strayIn(bytes: Buffer, at: number): number {
  const next = bytes.indexOf(WINDOW_MARK, at + 1);
  return (next < 0 ? Math.max(at + 1, bytes.length - WINDOW_MARK.length + 1) : next) - at;
}

/** Bytes of a record: its header, a time stamp where it has one, its words. */
function lengthOf(bytes: Buffer, at: number): number {
  const header = bytes.readUInt32LE(at);
  return 4 + (header >= 2 ** 31 ? 8 : 0) + 4 * (Math.floor(header / 2 ** 28) % 8);
}

/** Whether a record only fills the ring up to its end. */
export const isPadding = ({ event }: XenRecord): boolean => event === WRAP_BUFFER;
