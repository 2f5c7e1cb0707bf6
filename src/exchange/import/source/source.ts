// source.ts - one file of a run from outside, plain or compressed or growing, in batches and in flat memory.

import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UserError, unreadable } from "../../../fault.ts";
import { Copied, mayBeCopied } from "./copied.ts";
import { mayBePacked, packingOf } from "./packed.ts";
import { Tally } from "./tally.ts";

/** Bytes at its beginning by which a source's format is recognised. */
const HEAD = 1 << 16;
const CHUNK = 1 << 18;
/** A longer line is none of what kernels and tools print, and is not kept in memory. */
const LONGEST = 1 << 20;
/** JSON of such a line, of which a character takes up to six, with the fields around it. */
export const LONGEST_JSON = 8 * LONGEST;
/** Milliseconds between two looks at a file that grows. */
const PATIENCE = 100;

export interface Wishes {
  /** Whether a line that cannot be used is an error. */
  readonly strict: boolean;
  /** Ends the waiting for more of a file that grows; null where the file is taken as it is. */
  readonly follow: AbortSignal | null;
}

export class Source {
  readonly path: string;
  /** The name without its folders; "-" is standard input. */
  readonly name: string;
  /** What the source begins with, no longer compressed. */
  readonly head: Buffer;
  /** The line in hand, from 1. */
  line = 0;
  readonly tally: Tally;
  readonly #file: FileHandle | null;
  readonly #chunks: AsyncIterator<Buffer>;
  /** Null where the bytes are to stay what they are. */
  readonly #copied: Copied | null;
  /** What came instead of more, already behind the head. */
  readonly #broken: BrokenOff | null;

  static async open(path: string, wishes: Wishes): Promise<Source> {
    const file = path === "-" ? null : await opened(path);
    try {
      return await Source.#begin(path, file, wishes);
    } catch (error) {
      await file?.close();
      throw error;
    }
  }

  /** Reads what the source begins with. */
  static async #begin(path: string, file: FileHandle | null, wishes: Wishes): Promise<Source> {
    const raw = file === null ? process.stdin : fileChunks(path, file, wishes.follow);
    const chunks = explained(path, chunksOf(path, raw, wishes.follow));
    const parts: Buffer[] = [];
    let [bytes, broken] = [0, null as BrokenOff | null];
    while (bytes < HEAD && broken === null) {
      try {
        const next = await chunks.next();
        if (next.done) break;
        parts.push(Buffer.from(next.value));
        bytes += next.value.length;
      } catch (error) {
        if (!(error instanceof BrokenOff)) throw error;
        broken = error;
      }
      // What grows may not come to 64 KiB for a long time; a first line tells most formats.
      const grows = wishes.follow !== null || path === "-";
      if (grows && parts.some((part) => part.includes(10))) break;
    }
    return new Source(path, Buffer.concat(parts), { file, chunks }, { ...wishes, broken });
  }

  private constructor(
    path: string,
    head: Buffer,
    { file, chunks }: { file: FileHandle | null; chunks: AsyncIterator<Buffer> },
    { strict, broken }: { strict: boolean; broken: BrokenOff | null },
  ) {
    this.path = path;
    this.name = path === "-" ? "standard input" : basename(path);
    this.#copied = mayBeCopied(head) ? new Copied() : null;
    this.head = this.#copied?.take(head) ?? head;
    this.#file = file;
    this.#chunks = chunks;
    this.#broken = broken;
    this.tally = new Tally(strict, (complaint, column) => this.refuse(complaint, column));
  }

  /** An error that says where in the file: the line in hand, and the column in it where that is known. */
  refuse(complaint: string, column?: number): UserError {
    const location = `${this.path}:${Math.max(this.line, 1)}`;
    const place = column === undefined ? location : `${location}:${column}`;
    return new UserError(`${place}: ${brief(complaint)}`);
  }

  /** What is wrong with a compressed file that ends in its head; null where there is no such trouble. */
  get trouble(): string | null {
    return this.#broken?.message ?? null;
  }

  /** Lets go of the file, read to its end or not. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
    // A generator that nobody has asked for anything yet closes nothing when it is left.
    await this.#file?.close();
  }

  /**
   * The whole source from its first byte, no longer compressed; a text without what copying put into it. A chunk is
   * there until the next is asked for, which may stand in the same memory.
   */
  async *bytes(): AsyncGenerator<Buffer> {
    if (this.head.length > 0) yield this.head;
    if (this.#broken !== null) throw this.refuse(this.#broken.message);
    try {
      for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next())
        yield this.#copied?.take(next.value) ?? next.value;
    } catch (error) {
      // What broke off says where it did.
      throw error instanceof BrokenOff ? this.refuse(error.message) : error;
    }
    const rest = this.#copied?.rest;
    if (rest !== undefined && rest.length > 0) yield rest;
  }

  /** The same chunks, each in memory of its own: for streams, in which several wait. */
  ownBytes(): AsyncGenerator<Buffer> {
    return copies(this.bytes());
  }

  /**
   * Its lines without their ends, some hundreds at a time. A last line without an end was cut short in a
   * format whose writer ends every line, unless `isWhole` says that it was not, or a single line is all there is: who
   * copies that by hand leaves the end. A line of more than `longest` bytes is skipped.
   */
  async *lines(
    isWhole: (last: string) => boolean = () => true,
    longest = LONGEST,
  ): AsyncGenerator<readonly string[]> {
    let rest: Buffer = Buffer.alloc(0);
    let dropping = false;
    let isOnly = true;
    for await (const chunk of this.bytes()) {
      const end = chunk.lastIndexOf(10);
      if (end < 0) {
        // Nothing of a line that is too long is kept; it stays one empty line for the numbering.
        dropping ||= rest.length + chunk.length > longest;
        rest = dropping ? Buffer.alloc(0) : Buffer.concat([rest, chunk]);
        continue;
      }
      isOnly = false;
      for (const lines of linesFrom(rest, chunk, end)) {
        if (dropping) {
          lines[0] = "";
          const most = longest.toLocaleString("en-US");
          this.#skippedNext(`a line of more than ${most} bytes`, longest + 1);
          dropping = false;
        }
        yield lines;
      }
      rest = Buffer.from(chunk.subarray(end + 1));
    }
    if (rest.length === 0 && !dropping) return;
    const last = withoutReturn(rest.toString("utf8"));
    if (!dropping && (isOnly || isWhole(last))) yield [last];
    else this.#skippedNext("the file ends inside its last line", last.length + 1);
  }

  /** Counts the line behind the one in hand as skipped: its reader never gets it. */
  #skippedNext(why: string, column: number): void {
    this.line++;
    this.tally.skipped("line", why, column);
    this.line--;
  }
}

/** What a complaint quotes can be as long as a line. */
const LONGEST_COMPLAINT = 1000;
const brief = (complaint: string): string =>
  complaint.length <= LONGEST_COMPLAINT
    ? complaint
    : `${complaint.slice(0, LONGEST_COMPLAINT / 2)} ... ${complaint.slice(-LONGEST_COMPLAINT / 2)}`;

/** The lines of a file that is read once more. */
export async function* linesAgain(path: string): AsyncGenerator<readonly string[]> {
  const again = await Source.open(path, { strict: false, follow: null });
  try {
    yield* again.lines();
  } finally {
    await again.close();
  }
}

/** A complaint about compressed bytes; the reader that counts lines adds the position. */
class BrokenOff extends UserError {}

/** Chunks, and what the file system or zlib complains of in words for the person who named the file. */
async function* explained(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${message}`);
  }
}

/**
 * Bytes that are decoded at once: V8 maps memory anew for each longer text, 0.1 us a line, and what becomes of more
 * lines at a time lives through a collection of garbage (bench: import).
 */
const DECODED = 1 << 16;

const RETURN = 13;

/** The lines of a chunk up to an end of one; what was left of the chunk before begins the first. */
function* linesFrom(rest: Buffer, chunk: Buffer, end: number): Generator<string[]> {
  let from = 0;
  if (rest.length > 0) {
    from = chunk.indexOf(10) + 1;
    const first = Buffer.concat([rest, chunk.subarray(0, from)]);
    yield* linesIn(first, first.length - 1);
  }
  yield* linesIn(chunk.subarray(from), end - from);
}

/** The lines up to an end of one. */
function* linesIn(bytes: Buffer, end: number): Generator<string[]> {
  for (let from = 0, to = 0; from <= end; from = to + 1) {
    to = from + DECODED < end ? bytes.lastIndexOf(10, from + DECODED) : end;
    if (to < from) to = bytes.indexOf(10, from);
    const text = bytes.toString("utf8", from, to);
    const lines = text.split("\n");
    yield text.includes("\r") ? lines.map(withoutReturn) : lines;
  }
}

/** A text that went through two conversions has two of them. */
const withoutReturn = (line: string): string => {
  let end = line.length;
  while (line.charCodeAt(end - 1) === RETURN) end--;
  return end === line.length ? line : line.slice(0, end);
};

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The bytes of a file or of standard input, unpacked where they are compressed. */
async function* chunksOf(
  path: string,
  raw: AsyncIterable<Buffer>,
  follow: AbortSignal | null,
): AsyncGenerator<Buffer> {
  const iterator = raw[Symbol.asyncIterator]();
  const first = await firstOf(iterator);
  if (first === null) return;
  const all = (async function* () {
    try {
      yield first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next())
        yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
  const packing = packingOf(first);
  if (packing === null) {
    yield* all;
    return;
  }
  const { name } = packing;
  if (follow !== null)
    throw new UserError(`${path} is compressed (${name}): such a file cannot be followed`);
  try {
    yield* packing.unpack(copies(all));
  } catch (error) {
    const trouble = packing.trouble(error as NodeJS.ErrnoException);
    if (trouble === null) throw error;
    throw new BrokenOff(
      trouble === "cut"
        ? `the ${name} file is cut short; copy it again, whole`
        : `the ${name} file is damaged (${(error as Error).message}); copy it again`,
    );
  }
}

/** Chunks that stay as they are when the next is read. */
async function* copies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** The first bytes, enough to know a compressed file where there are so many: a pipe may hand over one at a time. */
async function firstOf(iterator: AsyncIterator<Buffer>): Promise<Buffer | null> {
  let first = Buffer.alloc(0);
  while (mayBePacked(first)) {
    const next = await iterator.next();
    if (next.done) return first.length === 0 ? null : first;
    first = Buffer.concat([first, next.value]);
  }
  return first;
}

/**
 * Reads a file on while what came of it is looked at, into two rooms by turns: memory that is new for each chunk costs a
 * page fault every 4 KB, a tenth of an import (bench: import).
 */
async function* fileChunks(
  path: string,
  file: FileHandle,
  follow: AbortSignal | null,
): AsyncGenerator<Buffer> {
  let coming: Promise<Buffer> | null = null;
  let [room, other] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
  try {
    let position = 0;
    for (;;) {
      const chunk: Buffer = await (coming ?? chunkAt(file, position, room));
      position += chunk.length;
      [room, other] = [other, room];
      coming = follow === null && chunk.length > 0 ? chunkAt(file, position, room) : null;
      // What goes wrong is met when it is awaited.
      coming?.catch(() => {});
      if (chunk.length > 0) yield chunk;
      else if (follow === null || follow.aborted) return;
      else {
        const { size } = await file.stat();
        if (size < position) throw new UserError(`${path} became shorter while it was followed`);
        await setTimeout(PATIENCE);
      }
    }
  } finally {
    await coming?.catch(() => {});
    await file.close();
  }
}

async function chunkAt(file: FileHandle, position: number, room: Buffer): Promise<Buffer> {
  const { bytesRead } = await file.read(room, 0, CHUNK, position);
  return room.subarray(0, bytesRead);
}
