// create.ts - makes a new trace file: its path, its tables, and what it says of itself.

import { closeSync, openSync } from "node:fs";
import { type Database, SqliteError } from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { migrations } from "../../migrations/index.ts";
import { families } from "../event/field.ts";
import type { About } from "../event/trace.ts";
import { actors, declarationOf, kindNames } from "../event/vocabulary.ts";
import { assert, UserError } from "../fault.ts";
import { VERSION } from "../version.ts";
import { assertReplaceable, removeFile } from "./output-file.ts";
import { APPLICATION_ID, build, FORMAT, formatOf, run } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";

/** Makes the file and leaves it open, in WAL mode, with all tables and no event. */
export async function createFile(
  path: string,
  about: About,
  { force }: { force: boolean },
): Promise<Database> {
  makeRoom(path, force);
  try {
    const database = openSqlite(path);
    try {
      // Rows come in order and are read in runs: larger pages save a tenth of the inserting.
      database.pragma("page_size = 16384");
      database.pragma("journal_mode = WAL");
      forBatches(database);
      database.exec("BEGIN IMMEDIATE");
      await migrate(database);
      describe(database, about);
      database.exec("COMMIT");
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    removeFile(path);
    throw writeTrouble(error, `${path} was not made`);
  }
}

/** Sets a connection up for writing batch after batch. */
export function forBatches(database: Database): void {
  database.pragma("synchronous = NORMAL");
  // In pages, 16 MB: a checkpoint waits for the disk, and all that the last one has to do is waited for at the end.
  database.pragma("wal_autocheckpoint = 1024");
  // 2 MB hold a batch, and stay in the processor's cache; SQLite's 16 MB would pass through it.
  database.pragma("cache_size = -2000");
}

/** A failed write as the user meets it; any other error stays what it is. */
export function writeTrouble(error: unknown, whatIsThere: string): unknown {
  if (!(error instanceof SqliteError)) return error;
  const next = "free space and record again with --force";
  if (error.code === "SQLITE_FULL")
    return new UserError(`the disk is full: ${whatIsThere}; ${next}`, "ERR_WRITE");
  if (error.code.startsWith("SQLITE_IOERR"))
    return new UserError(
      `the disk refuses a write (${error.code}): ${whatIsThere}; ${next}`,
      "ERR_WRITE",
    );
  // What comes back from the disk is not what was written there, or somebody else writes into the file.
  const isBroken = /^SQLITE_(CORRUPT|NOTADB|BUSY|READONLY|CANTOPEN|PROTOCOL)/.test(error.code);
  return isBroken
    ? new UserError(
        `the trace cannot be written on (${error.message}): ${whatIsThere}; record again with --force`,
        "ERR_WRITE",
      )
    : error;
}

/** Makes the empty file, in place of an older one where that is wanted, and of what belongs to it. */
function makeRoom(path: string, force: boolean): void {
  if (assertReplaceable(path, force)) assertUnused(path);
  try {
    removeFile(path);
    // Asking for permission first would not tell: a file system can be mounted read-only.
    closeSync(openSync(path, "wx"));
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${(error as Error).message}`, "ERR_WRITE");
  }
}

/** A trace is in WAL mode while it is written, which cannot be ended while another has the file open. */
export function assertUnused(path: string): void {
  let old: Database | undefined;
  try {
    old = openSqlite(path, { fileMustExist: true, timeout: 0 });
    if (old.pragma("journal_mode", { simple: true }) === "wal") old.pragma("journal_mode = DELETE");
  } catch (error) {
    // Any other file is overwritten, as was asked for.
    if (!(error instanceof SqliteError)) throw error;
    if (error.code.startsWith("SQLITE_BUSY"))
      throw new UserError(
        `${path} is being recorded, or read while it is; write to another file`,
        "ERR_FILE_IN_USE",
      );
  } finally {
    old?.close();
  }
}

/**
 * Brings a file, new or older, to the newest format. The caller has begun a transaction: a file has a format whole
 * or not at all.
 */
export async function migrate(database: Database, to = FORMAT): Promise<void> {
  assert(database.inTransaction, () => "a migration is part of a transaction");
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  for (const { up } of Object.values(migrations).slice(formatOf(database), to)) await up(db);
  database.pragma(`user_version = ${to}`);
}

/** Writes the header's marks, the one row of `trace`, what the workload asks for, and the names of the small integers. */
function describe(database: Database, about: About): void {
  database.pragma(`application_id = ${APPLICATION_ID}`);
  run(
    database,
    build.insertInto("trace").values({
      one: 1,
      platform: about.platform,
      hooks: about.hooks,
      chipset: about.chipset,
      workload: about.workload,
      seed: about.seed,
      options: JSON.stringify(about.options),
      virt_base: BigInt.asIntN(64, about.virtBase),
      phys_is_machine: Number(about.physIsMachine),
      source: about.source,
      origin: about.origin,
      gartrace: VERSION,
      digest: null,
      events: null,
      finished: 0,
      parent: about.parent?.trace ?? null,
      parent_seq: about.parent?.moment ?? null,
    }),
  );
  const { operations } = about;
  if (operations !== null)
    run(database, build.insertInto("workload").values({ one: 1, operations }));
  run(database, build.insertInto("kind").values(coded(kindNames)));
  run(database, build.insertInto("actor").values(coded(actors)));
  run(database, build.insertInto("family").values(coded(families)));
  run(database, build.insertInto("name").values(namesOfValues()));
}

const coded = (names: readonly string[]) => names.map((name, code) => ({ code, name }));

/** What `value` stands for, kind by kind; two lists of names can share one column. */
const namesOfValues = () =>
  kindNames.flatMap((kind, kindCode) =>
    Object.values(declarationOf(kind).fields).flatMap(({ names, unit, firstCode }) =>
      (names ?? []).map((name, i) => {
        const code = (i + firstCode) * unit;
        return { kind: kindCode, unit, code, name };
      }),
    ),
  );
