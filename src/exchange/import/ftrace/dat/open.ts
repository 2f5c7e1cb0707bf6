// open.ts - opens a trace.dat of version 6 or 7 and reads all that stands before its records.

import { Contents } from "./contents.ts";
import { DatFile } from "./file.ts";
import { readVersion6 } from "./version-6.ts";
import { readVersion7 } from "./version-7.ts";

const MAGIC = Buffer.from("\x17\x08\x44tracing", "latin1");

export const isTraceDat = (head: Buffer): boolean => head.subarray(0, MAGIC.length).equals(MAGIC);

const LARGEST_PAGE = 2 ** 24;

/** The contents of a file, which its reader closes. */
export async function openTraceDat(path: string): Promise<Contents> {
  const file = await DatFile.open(path);
  try {
    return await contentsOf(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function contentsOf(file: DatFile): Promise<Contents> {
  const cursor = file.cursor(MAGIC.length);
  const version = await cursor.text();
  const [order] = await cursor.bytes(2);
  file.big = order === 1;
  const contents = new Contents(file);
  contents.pageSize = await cursor.u32();
  if (contents.pageSize > LARGEST_PAGE)
    throw file.refuse(cursor.at - 4, `pages of ${contents.pageSize} bytes`);
  if (version === "6") await readVersion6(contents, cursor);
  else if (version === "7") await readVersion7(contents, cursor);
  else
    throw file.refuse(
      MAGIC.length,
      `a trace.dat of version ${version}; 6 and 7 are read: convert it with \`trace-cmd convert --file-version 7\``,
    );
  for (const { name, pageSize, cpus } of contents.buffers)
    if (cpus.length > 0 && (pageSize <= contents.layout.dataAt || pageSize > LARGEST_PAGE))
      throw file.refuse(0, `pages of ${pageSize} bytes in buffer '${name}'`);
  return contents;
}
