// unpack.ts - the compressed parts of a trace.dat: zlib and zstd, never more than the file says, nor than a limit.

import { inflateSync } from "node:zlib";
import { decompress } from "fzstd";
import { type DatFile, LARGEST_PIECE } from "./file.ts";

/** So many times its size the best packed data become at most (zlib: 1,032; zstd: runs of one byte). */
const LARGEST_RATIO = 2 ** 16;

/** Unpacks what stands at a byte of the file, to so many bytes as it says. */
export function unpacked(
  file: DatFile,
  { packed, at, length, by }: { packed: Buffer; at: number; length: number; by: string },
): Buffer {
  if (length > LARGEST_PIECE || length > packed.length * LARGEST_RATIO)
    throw file.refuse(at, `${packed.length} bytes are said to unpack to ${length}`);
  try {
    if (by === "zlib") return inflateSync(packed, { maxOutputLength: Math.max(length, 1) });
    if (by === "zstd") return Buffer.from(decompress(packed, Buffer.alloc(length)));
  } catch (error) {
    throw file.refuse(at, `cannot unpack (${by}): ${(error as Error).message}`);
  }
  throw file.refuse(
    at,
    `packed by '${by}', which is not known; \`trace-cmd convert --compression zstd\` makes one that is`,
  );
}
