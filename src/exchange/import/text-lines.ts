// text-lines.ts - a text file from outside, plain or gzipped, line by line in flat memory.

import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { z } from "zod";
import { UserError } from "../../fault.ts";

/** The two bytes every gzip member begins with (RFC 1952, 2.3.1). */
const GZIP = 0x1f8b;

/** Yields each line without its end; what is gzip is known by its first bytes, not by its name. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let line = 1;
  let rest = "";
  try {
    for await (const text of textOf(path)) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      for (const part of parts) {
        yield part;
        line++;
      }
    }
  } catch (error) {
    throw unreadable(path, line, error);
  }
  if (rest !== "") yield rest;
}

async function* textOf(path: string): AsyncGenerator<string> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(2);
    await file.read(head, 0, 2, 0);
    const bytes = file.createReadStream({ start: 0, autoClose: false });
    // An error of either stream comes out of the last one, where the loop meets it.
    const plain = head.readUInt16BE() === GZIP ? pipeline(bytes, createGunzip(), () => {}) : bytes;
    plain.setEncoding("utf8");
    for await (const text of plain) yield text as string;
  } finally {
    await file.close();
  }
}

/** What the file system or zlib complains of, for the person who named the file. */
function unreadable(path: string, line: number, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR")
    return new UserError(`${path}:${line}: the gzip file is cut short; copy it again, whole`);
  if (code?.startsWith("Z_"))
    return new UserError(`${path}:${line}: the gzip file is damaged (${message}); copy it again`);
  return code === undefined ? error : new UserError(`cannot read ${path}: ${message}`);
}

/** A complaint as an error that says where in the file. */
export type Refuse = (complaint: string) => Error;

/** A line's JSON. */
export function jsonOf(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`not JSON: ${(error as Error).message}`);
  }
}

/** The value as the schema gives it, or a complaint about the first field that is wrong. */
export function checked<T>(schema: z.ZodType<T>, json: unknown, refuse: Refuse): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw refuse(path.length === 0 ? message : `field '${path.join(".")}': ${message}`);
}
