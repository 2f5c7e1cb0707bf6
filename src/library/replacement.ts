// replacement.ts - a trace that takes the place of another one: it is written beside it, and replaces it when it is whole.

import { mkdtempSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../fault.ts";
import { assertUnused } from "../store/create.ts";

/** What SQLite may have left beside a file that nobody closed; it would be played into the new one. */
const JOURNALS = ["-wal", "-shm", "-journal"];

/** Where a trace is written while the one that it replaces is still there. */
export class Replacement {
  readonly path: string;
  readonly #folder: string;
  readonly #old: string;

  /** Null where no file is there to be replaced. */
  static begin(path: string): Replacement | null {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (!isFile) return null;
    assertUnused(path);
    return new Replacement(path);
  }

  private constructor(path: string) {
    // What the name leads to is replaced, not a link that leads there.
    this.#old = realpathSync(path);
    try {
      this.#folder = mkdtempSync(join(dirname(this.#old), `.${basename(path)}-`));
    } catch (error) {
      throw new UserError(`cannot write ${path}: ${(error as Error).message}`, "ERR_WRITE");
    }
    this.path = join(this.#folder, basename(path));
  }

  /** The new trace is whole. */
  done(): void {
    for (const ending of JOURNALS) rmSync(this.#old + ending, { force: true });
    renameSync(this.path, this.#old);
    this.dropped();
  }

  /** There will be no new trace: what was there stays. */
  dropped(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
