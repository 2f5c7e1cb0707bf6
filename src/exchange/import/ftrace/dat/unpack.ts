// unpack.ts - the compressed parts of a trace.dat: zlib and zstd, never more than the file says, nor than a limit.

import { inflateSync } from "node:zlib";
import { decompress } from "fzstd";
import { frameLength, unpackedFrames } from "../../source/packed.ts";
import { type DatFile, LARGEST_PIECE } from "./file.ts";

/** What is packed, where in the file it stands, and how many bytes it is said to become; 0 where nothing says. */
export interface Packed {
  readonly packed: Buffer;
  readonly at: number;
  readonly length: number;
}

/** So many times its size the best packed data become at most (zlib: 1,032; zstd: runs of one byte). */
const LARGEST_RATIO = 2 ** 16;

/**
 * Unpacks what stands at a byte of the file, to so many bytes as it says. On a machine of 64 bits that has the highest byte
 * first, trace-cmd writes the upper half of a section's size (lib/trace-cmd/trace-compress.c, tracecmd_compress_block):
 * that says nothing.
 */
export function unpacked(file: DatFile, by: string, { packed, at, length }: Packed): Buffer {
  const most = Math.min(LARGEST_PIECE, packed.length * LARGEST_RATIO);
  if (length > most)
    throw file.refuse(at, `${packed.length} bytes are said to unpack to ${length}`);
  try {
    if (by === "zlib") return inflateSync(packed, { maxOutputLength: Math.max(length || most, 1) });
    if (by === "zstd" && length === 0) return unpackedFrames(packed, most);
    if (by === "zstd") return Buffer.from(decompress(packed, Buffer.alloc(length)));
  } catch (error) {
    throw file.refuse(at, `cannot unpack (${by}): ${(error as Error).message}`);
  }
  throw file.refuse(
    at,
    `packed by '${by}', which is not known; \`trace-cmd convert --compression zstd\` makes one that is`,
  );
}

/** How many of these bytes are one packed piece, of which nothing else tells the length. */
export function packedLength(bytes: Buffer, by: string): number {
  try {
    // What inflate has taken is told beside what it gives (zlib.inflateSync, `info`).
    if (by === "zlib") return inflated(bytes).engine.bytesWritten;
    if (by === "zstd") return frameLength(bytes);
  } catch {
    // What cannot be unpacked is complained of where it is.
  }
  return bytes.length;
}

const inflated = (bytes: Buffer) =>
  inflateSync(bytes, { info: true, maxOutputLength: LARGEST_PIECE }) as unknown as Inflated;

interface Inflated {
  readonly engine: { readonly bytesWritten: number };
}
