// deflated.ts - the keyframes of a short trace are deflated (RFC 1951): they take a fifth of the bytes then.

import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import { keyframeSum } from "./checksums.ts";
import { build, prepare } from "./schema.ts";

/** Bytes of a keyframe that is deflated at most: whatever a file says, a reader makes no more of its bytes. */
const LARGEST = 2 ** 26;

// The values stand for parameters.
const all = build.selectFrom("keyframe").selectAll().where("inflated", "is", null);
const change = build
  .updateTable("keyframe")
  .set({ data: Buffer.of(), inflated: 0, checksum: 0 })
  .where("seq", "=", 0);

/** What zlib gives that is asked for more than the bytes. */
interface Inflation {
  readonly buffer: Buffer;
  /** How much of the deflated bytes it took. */
  readonly engine: { readonly bytesWritten: number };
}

/** Deflates the keyframes of a trace, as a whole or not at all. */
export function deflateKeyframes(database: Database): void {
  const update = prepare(database, change);
  const deflate = database.transaction(() => {
    for (const keyframe of prepare(database, all).all()) {
      const inflated = keyframe.data.length;
      if (inflated > LARGEST) continue;
      const data = deflateRawSync(keyframe.data);
      update.run(data, inflated, keyframeSum({ ...keyframe, inflated }, data), keyframe.seq);
    }
  });
  deflate();
}

/** The data of a keyframe as they were, given how many bytes that is where they are deflated; null for bytes of which nothing is made. */
export function inflated(data: Buffer, bytes: number | null): Buffer | null {
  if (bytes === null) return data;
  if (!(bytes > 0 && bytes <= LARGEST)) return null;
  try {
    const made: unknown = inflateRawSync(data, { maxOutputLength: bytes, info: true });
    const { buffer, engine } = made as Inflation;
    return buffer.length === bytes && engine.bytesWritten === data.length ? buffer : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_") && code !== "ERR_BUFFER_TOO_LARGE") throw error;
    return null;
  }
}
