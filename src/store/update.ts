// update.ts - what is added to a trace after its recording: marks, indexes, keyframes. Its events never change.

import { type Database, SqliteError } from "better-sqlite3";
import { filledOf } from "../event/row.ts";
import type { About, Mark } from "../event/trace.ts";
import { UserError } from "../fault.ts";
import { Judge } from "../judgement/judge.ts";
import type { State } from "../machine/state.ts";
import { migrate } from "./create.ts";
import { makeIndexes } from "./indexes.ts";
import { forgetJudgement, JudgementWriter } from "./judgement.ts";
import { KeyframeRecorder, SPACING } from "./keyframes.ts";
import { openFile } from "./open.ts";
import { TraceReader } from "./read.ts";
import { build, FORMAT, formatOf, run } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";

/** Adds a mark; a UserError says where its name is taken or the file cannot be written. */
export async function addMark(path: string, { moment, name, text }: Mark): Promise<void> {
  await updating(path, (database) => {
    const taken = database.prepare("SELECT seq FROM mark WHERE name = ?").pluck().get(name);
    if (taken !== undefined)
      throw new UserError(`${path} has a mark '${name}' at #${taken}; choose another name`);
    run(database, build.insertInto("mark").values({ seq: moment, name, text }));
  });
}

/**
 * Makes the indexes and keyframes that a trace lacks and judges it, replaying it once; keyframes and judgement that
 * are there are made anew. `start` gives the state before everything; `at` hears how far it is, now and then.
 */
export const indexTrace = (
  path: string,
  start: (about: About) => State,
  at: (seq: number) => void,
  spacing = SPACING,
): Promise<void> =>
  updating(path, (database) => {
    const trace = TraceReader.of(path, database);
    database.exec("DELETE FROM keyframe");
    run(database, build.updateTable("trace").set({ keyframes: null }));
    forgetJudgement(database);
    const keyframes = new KeyframeRecorder(database, trace.names.kinds, spacing);
    const judgements = new JudgementWriter(database);
    const state = start(trace.about);
    const judge = new Judge(trace.about, state, {
      past: trace,
      wrong: (event) => judgements.add(event),
    });
    for (const { row, recorded } of trace.eventsWithRows()) {
      const { seq } = recorded;
      judge.fold(recorded);
      keyframes.see(seq, row, 0, filledOf(row), state);
      if (seq % SPACING === 0) at(seq);
    }
    judgements.end(judge.end().judgement);
    makeIndexes(database, trace.names.kinds);
  });

/** Opens a trace for writing, brings it to the newest format, and changes it as a whole or not at all. */
async function updating(path: string, change: (database: Database) => void): Promise<void> {
  // The refusals of a file that is no trace are those of reading it.
  openFile(path).close();
  let database: Database | undefined;
  try {
    database = openSqlite(path, { fileMustExist: true, timeout: 1000 });
    database.exec("BEGIN IMMEDIATE; ROLLBACK");
    if (formatOf(database) < FORMAT) {
      await migrate(database);
      database.pragma(`user_version = ${FORMAT}`);
    }
    const opened = database;
    opened.transaction(() => change(opened))();
  } catch (error) {
    throw updateTrouble(path, error);
  } finally {
    database?.close();
  }
}

function updateTrouble(path: string, error: unknown): unknown {
  if (!(error instanceof SqliteError)) return error;
  if (error.code.startsWith("SQLITE_BUSY"))
    return new UserError(
      `${path} is being written by someone else; try again when that is done`,
      "ERR_FILE_IN_USE",
    );
  if (error.code.startsWith("SQLITE_READONLY") || error.code.startsWith("SQLITE_CANTOPEN"))
    return new UserError(`cannot write ${path}: no permission; copy it to a folder of yours`);
  if (error.code === "SQLITE_FULL")
    return new UserError(`the disk is full: ${path} is as it was; free space and try again`);
  return error;
}
