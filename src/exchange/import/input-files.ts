// input-files.ts - what a command line names as files of a run: files, folders of them, and archives that are opened.

import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { UserError } from "../../fault.ts";
import { Source } from "./source/source.ts";

/** One file, and the folder or archive that it came with; null where it was named itself. */
export interface InputFile {
  readonly path: string;
  readonly within: string | null;
}

/** Where the header of an archive says that it is one (POSIX.1-1988 ustar, and GNU's). */
const [USTAR, USTAR_AT] = ["ustar", 257];
/** Bytes that are unpacked of archives. */
const MOST_BYTES = 2 ** 36;
/** Files of a run, and of one folder or archive. */
const MOST_FILES = 1000;

/** Each file of a run is open until its end, and read in step with the others. */
export function assertFew(files: number): void {
  if (files > MOST_FILES)
    throw new UserError(
      `${files.toLocaleString("en-US")} files, and a run has at most ${MOST_FILES.toLocaleString("en-US")}; ` +
        "name those of one run, or join the parts of a log",
    );
}

export class InputFiles {
  readonly files: InputFile[] = [];
  /** Temporary folder -> the archive that was unpacked into it. */
  readonly #unpacked = new Map<string, string>();
  #bytes = 0;

  async add(path: string): Promise<void> {
    if (path === "-") this.files.push({ path, within: null });
    else if (await isFolder(path)) await this.#folder(path);
    else if (await isArchive(path)) await this.#archive(path);
    else this.files.push({ path, within: null });
    assertFew(this.files.length);
  }

  /** The name of a file for people: inside an archive it has a place of its own. */
  named(text: string): string {
    let named = text;
    for (const [folder, archive] of this.#unpacked)
      named = named.replaceAll(join(folder, "/"), `${archive}:`);
    return named;
  }

  async forget(): Promise<void> {
    for (const folder of this.#unpacked.keys()) await rm(folder, { recursive: true, force: true });
  }

  async #folder(path: string): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    if (names.length === 0) throw new UserError(`${path}: a folder without files`);
    if (names.length > MOST_FILES)
      throw new UserError(
        `${path}: a folder of ${names.length} files; name those of one run, or their own folder`,
      );
    for (const name of names.sort()) this.files.push({ path: join(path, name), within: path });
  }

  async #archive(path: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "gartrace-"));
    this.#unpacked.set(folder, path);
    const source = await Source.open(path, { strict: false, follow: null });
    const unpack = extract();
    const whole = pipeline(Readable.from(source.ownBytes()), unpack);
    // It is waited for below; until then the loop meets its error.
    whole.catch(() => {});
    const names = new Set<string>();
    try {
      for await (const entry of unpack) {
        const { name, size = 0, type } = entry.header;
        if (type !== "file" && type !== "contiguous-file") {
          entry.resume();
          continue;
        }
        this.#bytes += size;
        if (this.#bytes > MOST_BYTES || names.size >= MOST_FILES)
          throw new UserError(
            `${path}: an archive of more than ${MOST_FILES} files or ${MOST_BYTES / 2 ** 30} GB; unpack it and name the files of one run`,
          );
        const flat = flatName(name, names);
        names.add(flat);
        await pipeline(entry, createWriteStream(join(folder, flat)));
        this.files.push({ path: join(folder, flat), within: path });
      }
      await whole;
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`${path}: the archive is damaged (${(error as Error).message})`);
    } finally {
      await source.close();
    }
    if (names.size === 0) throw new UserError(`${path}: an archive without files`);
  }
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Who opens it says what is wrong.
    return false;
  }
};

async function isArchive(path: string): Promise<boolean> {
  const source = await Source.open(path, { strict: false, follow: null });
  try {
    return source.head.toString("latin1", USTAR_AT, USTAR_AT + USTAR.length) === USTAR;
  } finally {
    await source.close();
  }
}

/** The last part of a name, with more of it where two files are called alike. */
function flatName(name: string, taken: ReadonlySet<string>): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  for (let from = parts.length - 1; from >= 0; from--) {
    const flat = parts.slice(from).join("_");
    if (!taken.has(flat)) return flat;
  }
  return `${taken.size}_${parts.join("_")}`;
}
