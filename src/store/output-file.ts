// output-file.ts - files that are written: which one a path names, and whether it may be replaced.
//
// A file is its device and its number there, however its path is spelt.

import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../fault.ts";

/** The device and number of the file that a path names; null where there is none. */
export function identityOf(path: string): string | null {
  const file = statSync(path, { throwIfNoEntry: false, bigint: true });
  return file === undefined ? null : `${file.dev}:${file.ino}`;
}

export function isSameFile(one: string, other: string): boolean {
  const identity = identityOf(one);
  return resolve(one) === resolve(other) || (identity !== null && identity === identityOf(other));
}

/** Refuses what cannot or may not be written over; says whether a file is there. */
export function assertReplaceable(path: string, force: boolean): boolean {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new UserError(`cannot write ${path}: no folder ${folder}`);
  const old = entryAt(path);
  if (old === undefined) return false;
  const target = old.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : old;
  if (target === undefined)
    throw new UserError(
      `${path} is a symbolic link that leads nowhere; remove it or name another file`,
    );
  if (target.isDirectory()) throw new UserError(`${path} is a folder; name a file in it`);
  if (!target.isFile())
    throw new UserError(
      `${path} is a pipe or a device, and only a file is replaced; name another one`,
    );
  if (!force) throw new UserError(`${path} exists; use --force to overwrite it`, "ERR_FILE_EXISTS");
  return true;
}

/** What a path names, a link itself; undefined where that is nothing. */
function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${(error as Error).message}`, "ERR_WRITE");
  }
}

/** The complaint about a path that no longer names the file it did; null where it does. */
export const replacedSince = (path: string, file: string | null): UserError | null =>
  identityOf(path) === file
    ? null
    : new UserError(
        `${path} was removed or replaced while it was written: what was recorded is lost`,
      );

export function assertSameFile(path: string, file: string | null): void {
  const replaced = replacedSince(path, file);
  if (replaced !== null) throw replaced;
}

/** A name beside a file that nobody else uses: for what takes its place when it is whole. */
export const unusedName = (path: string, what: string): string =>
  `${path}.${process.pid}-${randomBytes(4).toString("hex")}.${what}`;

/** Removes a trace with what belongs to it: a journal left behind would be played into the next file of the name. */
export function removeFile(path: string): void {
  for (const ending of ["", "-wal", "-shm", "-journal"]) rmSync(path + ending, { force: true });
}
