// whole-file.ts - a file that is written: it gets its name when it is whole, for half of one looks like one.

import { rmSync } from "node:fs";
import { type FileHandle, link, open, realpath, rename, rm } from "node:fs/promises";
import { UserError } from "../fault.ts";
import { assertReplaceable, unusedName } from "../store/output-file.ts";

/** Text, or bytes. */
export type Chunk = string | Uint8Array;

/**
 * Writes a file beside its place, under a name that nobody else has, and moves it there when it is whole. Only a file
 * is replaced, and only where `force` says so; whatever stops it leaves nothing behind.
 */
export async function writeWhole(
  path: string,
  chunks: AsyncIterable<Chunk> | Iterable<Chunk>,
  force: boolean,
): Promise<void> {
  // What a link leads to is replaced, not the link.
  const place = assertReplaceable(path, force) ? await realpath(path) : path;
  const unfinished = unusedName(place, "part");
  const file = await namingFile(path, open(unfinished, "wx"));
  const interrupted = (signal: NodeJS.Signals) => {
    rmSync(unfinished, { force: true });
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    for await (const chunk of chunks) await namingFile(path, file.writeFile(chunk));
    await namingFile(path, file.close());
    // Somebody else may have made it in the meantime.
    if (assertReplaceable(path, force)) await namingFile(path, rename(unfinished, place));
    else await namingFile(path, moveToNew(unfinished, place));
  } catch (error) {
    await discard(file, unfinished);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A second name for the file is refused where the name is taken by now; some file systems give no second name. */
async function moveToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new UserError(`${to} was made by somebody else in the meantime`);
    await rename(from, to);
    return;
  }
  await rm(from);
}

/** What the system refuses of a file of ours, by the name that the user knows. */
async function namingFile<T>(path: string, done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot write ${path}: ${(error as Error).message}`, "ERR_WRITE");
  }
}

/** Closes and removes a file of no use; that this fails is less than what made it useless. */
async function discard(file: FileHandle, path: string): Promise<void> {
  await Promise.allSettled([file.close(), rm(path, { force: true })]);
}

/** Refuses what cannot or may not be written over; says whether a file is there. */
export { assertReplaceable };
