// file.ts - a trace.dat read at any place, in pieces of bounded size, in its own byte order.

import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../../../fault.ts";
import { type Order, u16, u32, u64 } from "../ring/bytes.ts";

/** Bytes of one piece at most: the formats of a whole kernel are some megabytes, its symbols less than twenty. */
export const LARGEST_PIECE = 2 ** 28;

export class DatFile implements Order {
  readonly path: string;
  readonly size: number;
  #file: FileHandle;
  big = false;

  private constructor(path: string, file: FileHandle, size: number) {
    this.path = path;
    this.#file = file;
    this.size = size;
  }

  static async open(path: string): Promise<DatFile> {
    const file = await open(path);
    const { size } = await file.stat();
    return new DatFile(path, file, size);
  }

  /** Opens it once more after it was closed. */
  async reopen(): Promise<void> {
    this.#file = await open(this.path);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** An error that says at which byte of the file. */
  refuse(at: number, complaint: string): UserError {
    return new UserError(`${this.path}: byte 0x${at.toString(16)}: ${complaint}`);
  }

  async read(at: number, length: number): Promise<Buffer> {
    if (length > LARGEST_PIECE)
      throw this.refuse(at, `${length.toLocaleString("en-US")} bytes in one piece are too many`);
    if (!(at >= 0 && at + length <= this.size))
      throw this.refuse(
        Math.min(at, this.size),
        `${length} bytes are said to stand at 0x${at.toString(16)}; the file has ${this.size}: it was cut short, or is damaged`,
      );
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#file.read(bytes, done, length - done, at + done);
      if (bytesRead === 0)
        throw this.refuse(at + done, "the file became shorter while it was read");
      done += bytesRead;
    }
    return bytes;
  }

  /** A place in the file to read on from. */
  cursor(at: number): FileCursor {
    return new FileCursor(this, at);
  }
}

/** Numbers and texts one behind the other, of a file or of what was unpacked from it. */
export interface Cursor {
  readonly at: number;
  u16(): Promise<number>;
  u32(): Promise<number>;
  u64(): Promise<number>;
  bytes(length: number): Promise<Buffer>;
  /** Text up to its zero byte. */
  text(): Promise<string>;
}

const LONGEST_TEXT = 4096;
/** Bytes that are read at once where a few are asked for: more of them mostly follow. */
const WINDOW = 2 ** 16;

/** A number that says where in a file something is, or how much. */
function placeOf(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}

export class FileCursor implements Cursor {
  readonly #file: DatFile;
  at: number;
  /** What was read last, and where in the file it begins. */
  #window: Buffer = Buffer.alloc(0);
  #from = 0;

  constructor(file: DatFile, at: number) {
    this.#file = file;
    this.at = at;
  }
  async bytes(length: number): Promise<Buffer> {
    const bytes = await this.#ahead(length);
    this.at += length;
    return bytes;
  }
  /** The next so many bytes, without going on. */
  async #ahead(length: number): Promise<Buffer> {
    if (this.at < this.#from || this.at + length > this.#from + this.#window.length) {
      const left = this.#file.size - this.at;
      this.#window = await this.#file.read(this.at, Math.max(length, Math.min(WINDOW, left)));
      this.#from = this.at;
    }
    return this.#window.subarray(this.at - this.#from, this.at - this.#from + length);
  }
  async u16(): Promise<number> {
    return u16(await this.bytes(2), 0, this.#file);
  }
  async u32(): Promise<number> {
    return u32(await this.bytes(4), 0, this.#file);
  }
  async u64(): Promise<number> {
    return placeOf(u64(await this.bytes(8), 0, this.#file));
  }
  async text(): Promise<string> {
    const length = Math.min(LONGEST_TEXT, this.#file.size - this.at);
    const bytes = await this.#ahead(Math.max(length, 0));
    const end = bytes.indexOf(0);
    if (end < 0) throw this.#file.refuse(this.at, "a text without an end");
    this.at += end + 1;
    return bytes.toString("latin1", 0, end);
  }
}

/** The same within bytes that are in memory; `where` is the byte of the file that complaints name. */
export class MemoryCursor implements Cursor {
  readonly #file: DatFile;
  readonly #bytes: Buffer;
  readonly #where: number;
  at = 0;

  constructor(file: DatFile, bytes: Buffer, where: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#where = where;
  }
  get left(): number {
    return this.#bytes.length - this.at;
  }
  async bytes(length: number): Promise<Buffer> {
    if (!(length <= this.left))
      throw this.#file.refuse(
        this.#where,
        `${length} bytes are said to follow in a part that has ${this.left} left`,
      );
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
  async u16(): Promise<number> {
    return u16(await this.bytes(2), 0, this.#file);
  }
  async u32(): Promise<number> {
    return u32(await this.bytes(4), 0, this.#file);
  }
  async u64(): Promise<number> {
    return placeOf(u64(await this.bytes(8), 0, this.#file));
  }
  async text(): Promise<string> {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) throw this.#file.refuse(this.#where, "a text without an end");
    const text = this.#bytes.toString("latin1", this.at, end);
    this.at = end + 1;
    return text;
  }
}
