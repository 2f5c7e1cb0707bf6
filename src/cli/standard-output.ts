// standard-output.ts - answers that are files go to standard output where no file is named, or `-`.

import { once } from "node:events";
import { shown } from "../library/shown.ts";
import type { Chunk } from "../library/whole-file.ts";

/** As people name it where a file is asked for. */
const STANDARD_OUTPUT = "-";

/** Whether an answer goes to standard output: none is named, or `-`. */
export const isStandardOutput = (output: string | undefined): output is undefined | "-" =>
  output === undefined || output === STANDARD_OUTPUT;

export async function toStandardOutput(
  chunks: AsyncIterable<Chunk> | Iterable<Chunk>,
): Promise<void> {
  const { isTTY } = process.stdout;
  for await (const chunk of chunks) {
    // A program gets every character, a terminal those that it does not obey.
    const text = isTTY
      ? shown(`${typeof chunk === "string" ? chunk : Buffer.from(chunk)}`, false)
      : chunk;
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  }
}
