// packed.ts - files that are compressed as a whole, known by their first bytes: gzip, xz and zstd, unpacked as they are read.

import { PassThrough, pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import xzDecompress from "xz-decompress";

export interface Packing {
  readonly name: string;
  readonly magic: readonly number[];
  unpack(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  /** What is wrong with the file, by what its reader complains of; null where it is no complaint about its bytes. */
  trouble(error: NodeJS.ErrnoException): "cut" | "damaged" | null;
}

/** RFC 1952, 2.3.1. An error of either stream comes out of the last one, where the loop meets it. */
const gzip: Packing = {
  name: "gzip",
  magic: [0x1f, 0x8b],
  unpack: (packed) =>
    pipeline(
      Readable.from(packed, { objectMode: false }),
      createGunzip(),
      new PassThrough(),
      () => {},
    ),
  trouble: ({ code }) => {
    if (code === "Z_BUF_ERROR") return "cut";
    return code?.startsWith("Z_") === true ? "damaged" : null;
  },
};

/** The .xz file format, 2.1.1.1. */
const xz: Packing = {
  name: "xz",
  magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  async *unpack(packed) {
    const bytes = Readable.toWeb(Readable.from(packed, { objectMode: false }));
    const reader = new xzDecompress.XzReadableStream(bytes as ReadableStream).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read())
      // The chunk is a view of memory that is used again for the next.
      yield Buffer.from(next.value);
  },
  // The library has no other error of its own than the code of its decoder.
  trouble: ({ message }) => (/^get_next_output failed/.test(message) ? "damaged" : null),
};

/** RFC 8878, 3.1.1. */
const zstd: Packing = {
  name: "zstd",
  magic: [0x28, 0xb5, 0x2f, 0xfd],
  async *unpack(packed) {
    const ready: Uint8Array[] = [];
    const stream = new Decompress((chunk) => void ready.push(chunk));
    let isFirst = true;
    for await (const chunk of packed) {
      if (isFirst && windowOf(chunk) > LARGEST_WINDOW)
        throw new RangeError(`a window of more than ${LARGEST_WINDOW / 2 ** 20} MB`);
      isFirst = false;
      stream.push(chunk);
      for (const part of ready.splice(0)) yield Buffer.from(part);
    }
    stream.push(new Uint8Array(0), true);
    for (const part of ready.splice(0)) yield Buffer.from(part);
  },
  // The codes of fzstd are numbers: 5 is an end too soon. What it was told to allocate can be no number of bytes.
  trouble: (error) => {
    if (error instanceof RangeError) return "damaged";
    if (typeof error.code !== "number") return null;
    return error.code === 5 ? "cut" : "damaged";
  },
};

/** What `zstd -d` takes as well, unless it is told otherwise (--long). */
const LARGEST_WINDOW = 2 ** 27;

/** Bytes of what was unpacked that a frame wants to be kept (RFC 8878, 3.1.1.1). */
function windowOf(frame: Buffer): number {
  const [, , , , descriptor = 0, window = 0] = frame;
  const base = 2 ** (10 + (window >> 3));
  if ((descriptor & 0x20) === 0) return base + (base / 8) * (window & 7);
  // A frame of a single segment has its own size instead, behind the number of a dictionary.
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const bytes = [1, 2, 4, 6][descriptor >> 6]!;
  return at + bytes > frame.length ? 0 : frame.readUIntLE(at, bytes);
}

/** The bytes of the first frame of zstd among these, to the end of its last block and its checksum (RFC 8878, 3.1.1). */
export function frameLength(bytes: Buffer): number {
  const descriptor = bytes.readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizes = [isSingle ? 1 : 0, 2, 4, 8];
  let at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + sizes[descriptor >> 6]!;
  for (let isLast = false; !isLast; ) {
    const head = bytes.readUIntLE(at, 3);
    const isOneByte = ((head >> 1) & 3) === 1;
    isLast = (head & 1) === 1;
    at += 3 + (isOneByte ? 1 : head >> 3);
  }
  return Math.min(at + ((descriptor & 4) === 0 ? 0 : 4), bytes.length);
}

/** All that frames of zstd hold, of which nothing tells how much that is; more than so many bytes are too many. */
export function unpackedFrames(packed: Buffer, most: number): Buffer {
  if (windowOf(packed) > Math.min(most, LARGEST_WINDOW)) throw new RangeError("too large a window");
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.length;
    if (size > most) throw new RangeError(`more than ${most} bytes`);
    parts.push(part.slice());
  });
  stream.push(packed, true);
  return Buffer.concat(parts);
}

const all: readonly Packing[] = [gzip, xz, zstd];

/** Whether more bytes may still make of these the beginning of a compressed file. */
export const mayBePacked = (head: Buffer): boolean =>
  all.some(
    ({ magic }) =>
      head.length < magic.length &&
      magic.slice(0, head.length).every((byte, i) => head[i] === byte),
  );

/** What packed a file that begins with these bytes; null for a plain one. */
export const packingOf = (head: Buffer): Packing | null =>
  all.find(({ magic }) => magic.every((byte, i) => head[i] === byte)) ?? null;
