// cpu-pages.ts - the records of one CPU in one buffer, read a few pages at a time.

import { u64 } from "../ring/bytes.ts";
import { PageReader } from "../ring/page.ts";
import type { Contents, CpuData, RingBuffer } from "./contents.ts";
import type { FileCursor } from "./file.ts";
import { packedLength } from "./unpack.ts";

/** Bytes of pages in memory of one CPU; larger pieces are memory that is new each time, at a page fault every 4 KB. */
const ENOUGH = 2 ** 16;
/** Pages of a chunk, packed as badly as can be: it holds 10. */
const MOST_PAGES = 12;

export class CpuPages {
  readonly buffer: RingBuffer;
  readonly cpu: number;
  readonly page: PageReader;
  readonly #contents: Contents;
  readonly #data: CpuData;
  /** Where the next pages are in the file. */
  readonly #cursor: FileCursor;
  /** How many chunks of packed ones are left; -1 before that was read. */
  #chunks = -1;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where in `#bytes` the next page is. */
  #next = 0;
  /** Those behind them, which are read while these are gone through: from the second time on. */
  #coming: Promise<Buffer> | null = null;
  /** Records lost before the one in hand; -1 where their number is not told. */
  missed = 0;
  /** Says of each page that cannot be read what is wrong with it. */
  readonly #damaged: (why: string) => void;

  constructor(
    contents: Contents,
    buffer: RingBuffer,
    data: CpuData,
    { origin, damaged }: { origin: bigint; damaged: (why: string) => void },
  ) {
    this.#contents = contents;
    this.buffer = buffer;
    this.cpu = data.cpu;
    this.#data = data;
    this.#cursor = contents.file.cursor(data.at);
    this.page = new PageReader(contents.layout, origin);
    this.#damaged = damaged;
  }

  /** The next record of the pages in memory; false where more must be read first. */
  next(): boolean {
    const { page, buffer } = this;
    this.missed = 0;
    while (!page.next()) {
      if (this.#next >= this.#bytes.length) return false;
      const size = Math.min(buffer.pageSize, this.#bytes.length - this.#next);
      const wrong = page.load(this.#bytes, this.#next, size);
      this.#next += size;
      if (wrong !== null) this.#damaged(`CPU ${this.cpu}: ${wrong}`);
      // Of a page without a record the loss counts before the next one that there is.
      if (page.missed !== 0 && this.missed >= 0)
        this.missed = page.missed < 0 ? -1 : this.missed + page.missed;
    }
    return true;
  }

  /** The time of the first page in memory. */
  get firstTime(): bigint {
    return this.#bytes.length < 8 ? 0n : u64(this.#bytes, 0, this.#contents.layout);
  }

  /** Reads the next pages; false behind the last. */
  async more(): Promise<boolean> {
    const isFirst = this.#bytes.length === 0;
    this.#bytes = await (this.#coming ?? this.#read());
    this.#coming = isFirst || this.#bytes.length === 0 ? null : this.#read();
    // What goes wrong is met when it is awaited.
    this.#coming?.catch(() => {});
    this.#next = 0;
    return this.#bytes.length > 0;
  }

  #read(): Promise<Buffer> {
    return this.buffer.isPacked ? this.#chunk() : this.#plain();
  }

  async #plain(): Promise<Buffer> {
    const end = this.#data.at + this.#data.size;
    const pages = Math.max(1, Math.floor(ENOUGH / this.buffer.pageSize));
    const size = Math.min(pages * this.buffer.pageSize, end - this.#cursor.at);
    return size <= 0 ? Buffer.alloc(0) : this.#cursor.bytes(size);
  }

  /** The size that the file tells of packed pages can leave out their count: the count is what holds. */
  async #chunk(): Promise<Buffer> {
    const { file } = this.#contents;
    const cursor = this.#cursor;
    if (this.#chunks < 0) this.#chunks = await cursor.u32();
    if (this.#chunks === 0) return file.big ? this.#unsized() : Buffer.alloc(0);
    this.#chunks--;
    const at = cursor.at;
    const [size, length] = [await cursor.u32(), await cursor.u32()];
    const packed = await cursor.bytes(size);
    return this.#contents.pages({ packed, at, length });
  }

  /** The pages behind two sizes that are 0, as the count of all is (unpack.ts): what is packed tells where it ends. */
  async #unsized(): Promise<Buffer> {
    const { file, packing } = this.#contents;
    const cursor = this.#cursor;
    const begins = cursor.at + 8;
    cursor.at = begins;
    if (begins >= this.#data.at + this.#data.size) return Buffer.alloc(0);
    const most = Math.min(MOST_PAGES * this.buffer.pageSize, file.size - begins);
    const rest = await file.read(begins, most);
    const packed = rest.subarray(0, packedLength(rest, packing));
    cursor.at = begins + packed.length;
    return this.#contents.pages({ packed, at: begins, length: 0 });
  }
}
