// repair.ts - mends what of a trace follows from its events: the old file is kept, and a new one takes its place.

import { constants, copyFileSync, linkSync, renameSync } from "node:fs";
import { resolve } from "node:path";
import type { Database } from "better-sqlite3";
import { SUBJECT_FAMILIES } from "../event/field.ts";
import { migrate } from "./create.ts";
import { openFile, readingTrouble } from "./open.ts";
import { removeFile, unusedName } from "./output-file.ts";
import { formatOf } from "./schema.ts";
import { dropStrangers } from "./shape.ts";
import { memorySqlite, openSqlite } from "./sqlite.ts";
import { type Indexing, makeDerived, step } from "./update.ts";

/** Mends a trace and gives the name under which the file that was there is kept. */
export async function repair(path: string, indexing: Indexing): Promise<string> {
  const copy = unusedName(path, "repair");
  try {
    copyRows(path, copy);
    await mend(copy, indexing);
    const backup = keep(path);
    renameSync(copy, path);
    return backup;
  } catch (error) {
    removeFile(copy);
    throw readingTrouble([path], error);
  }
}

/** Every row that its table holds; indexes are made again from the tables. */
function copyRows(path: string, copy: string): void {
  const database = openFile(path);
  try {
    database.prepare("VACUUM INTO ?").run(resolve(copy));
  } finally {
    database.close();
  }
}

async function mend(copy: string, indexing: Indexing): Promise<void> {
  const database = openSqlite(copy, { fileMustExist: true });
  try {
    database.exec("BEGIN IMMEDIATE");
    dropStrangers(database);
    // A step from an older format expects the views of that.
    await makeViews(database);
    await step(database);
    placeOps(database);
    makeDerived(copy, database, indexing);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** The views as they are made in the file's format. */
async function makeViews(database: Database): Promise<void> {
  const model = memorySqlite();
  try {
    model.exec("BEGIN");
    await migrate(model, formatOf(database));
    const views = model
      .prepare<[], [string, string]>("SELECT name, sql FROM sqlite_schema WHERE type = 'view'")
      .raw()
      .all();
    for (const [name, text] of views) database.exec(`DROP VIEW IF EXISTS "${name}"; ${text}`);
  } finally {
    model.close();
  }
}

/** Where an op begins and ends, by its events. */
function placeOps(database: Database): void {
  const placed = (set: string, kind: string) =>
    `UPDATE op SET ${set} FROM event e JOIN kind k ON k.code = e.kind ` +
    `WHERE k.name = '${kind}' AND op.op = e.subject / ${SUBJECT_FAMILIES}`;
  database.exec(placed("first_seq = e.seq", "op.began"));
  database.exec("UPDATE op SET further = NULL");
  database.exec(placed("further = e.seq - first_seq", "op.ended"));
}

/** Gives the file a second name that nobody else has, and says it: at no moment is there none of the first. */
function keep(path: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${path}.damaged` : `${path}.damaged.${n}`;
    try {
      linkOrCopy(path, name);
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Some file systems give no second name. */
function linkOrCopy(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EMLINK") throw error;
    copyFileSync(path, name, constants.COPYFILE_EXCL);
  }
}
