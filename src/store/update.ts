// update.ts - what is added to a trace after its recording: marks, indexes, keyframes. Its events never change.

import { type Database, SqliteError } from "better-sqlite3";
import { at as column } from "../event/field.ts";
import { filledOf } from "../event/row.ts";
import type { About, Mark } from "../event/trace.ts";
import { damaged, UserError } from "../fault.ts";
import { Judge } from "../judgement/judge.ts";
import type { State } from "../machine/state.ts";
import { DERIVED, hasChecksums, holds, seal, sealStep } from "./checksums.ts";
import { migrate } from "./create.ts";
import { forgetJudgement, forgetOldRules, JudgementWriter } from "./judgement.ts";
import { KeyframeInsert, KeyframeRecorder, SPACING } from "./keyframes.ts";
import { readingTrouble } from "./open.ts";
import { PostingWriter } from "./postings.ts";
import { TraceReader } from "./read.ts";
import { build, FORMAT, formatOf, prepareValue, run, TODAYS_RULES } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";

const SEQ = column.seq;
/** Characters of a mark's name and of its words. */
const LONGEST = { name: 100, text: 10_000 } as const;

/** Hears how many events of how many were gone through. */
type Progress = (done: number, of: number) => void;

/**
 * Adds a mark; a UserError says where its name is taken or the file cannot be written. A trace of an older format gets
 * the newest, and its index is made anew, of which `progress` hears.
 */
export async function addMark(
  path: string,
  { moment, name, text }: Mark,
  progress?: Progress,
): Promise<void> {
  if (name !== null && name.length > LONGEST.name)
    throw new UserError(`a mark's name has at most ${LONGEST.name} characters`);
  if (text.length > LONGEST.text)
    throw new UserError(`a mark's words have at most ${LONGEST.text} characters`);
  await updating(
    path,
    (database) => {
      const existing = database.prepare("SELECT seq FROM mark WHERE name = ?").pluck().get(name);
      if (existing !== undefined)
        throw new UserError(`${path} has a mark '${name}' at #${existing}; choose another name`);
      // Marks that somebody changed stay without a checksum that holds.
      const wasWhole = holds(database, "mark");
      run(database, build.insertInto("mark").values({ seq: moment, name, text }));
      if (wasWhole === true) seal(database, ["mark"]);
    },
    progress,
  );
}

export interface Indexing {
  /** The state before everything. */
  readonly start: (about: About) => State;
  /** Hears how far it is, now and then. */
  readonly at?: (seq: number) => void;
  /** Events between keyframes. */
  readonly spacing?: number;
}

/**
 * Makes the indexes and keyframes that a trace lacks and judges it, replaying it once; keyframes and judgement that
 * are there are made anew.
 */
export const indexTrace = (path: string, indexing: Indexing): Promise<void> =>
  updating(path, (database) => makeDerived(path, database, indexing));

/** Makes all that follows from the events. */
export function makeDerived(
  path: string,
  database: Database,
  { start, at, spacing = SPACING }: Indexing,
): void {
  const trace = TraceReader.of(path, database);
  database.exec("DELETE FROM keyframe");
  run(database, build.updateTable("trace").set({ keyframes: null }));
  forgetJudgement(database);
  const keyframes = new KeyframeRecorder(new KeyframeInsert(database), trace.names.kinds, spacing);
  run(database, build.deleteFrom("posting"));
  const postings = new PostingWriter(database, trace.names.kinds);
  const judgements = new JudgementWriter(database);
  const state = start(trace.about);
  const judge = new Judge(trace.about, state, {
    past: trace,
    wrong: (event) => judgements.add(event),
  });
  for (const { row, recorded } of trace.eventsWithRows()) {
    const { seq } = recorded;
    judge.fold(recorded);
    const filled = filledOf(row);
    postings.see(seq, row, 0, filled);
    keyframes.see(seq, row, 0, filled, state);
    if (seq % SPACING === 0) at?.(seq);
  }
  judgements.end(judge.end().judgement);
  postings.end();
  if (!trace.torn) seal(database, DERIVED);
}

/** Gives a trace of an older format its index, in place of the one that its format had, if it has none by now. */
function keepIndexed(path: string, database: Database, progress: Progress): void {
  const trace = TraceReader.of(path, database);
  if (trace.indexed) return;
  const postings = new PostingWriter(database, trace.names.kinds);
  for (const { rows } of trace.rows(1, trace.count)) {
    for (const row of rows) postings.see(row[SEQ]!, row, 0, filledOf(row));
    progress(rows.at(-1)![SEQ]!, trace.count);
  }
  postings.end();
  if (!trace.torn) seal(database, ["trace"]);
}

/** Brings a file to the newest format, in the caller's transaction and but for its index; says whether it was of an older one. */
export async function step(database: Database): Promise<boolean> {
  const format = formatOf(database);
  if (format === FORMAT) return false;
  const wasWhole = hasChecksums(database) && holds(database, "trace") === true;
  await migrate(database);
  if (format < TODAYS_RULES) forgetOldRules(database);
  const finished = prepareValue(database, build.selectFrom("trace").select("finished")).get() === 1;
  sealStep(database, { format, finished, wasWhole });
  return true;
}

/** Opens a trace for writing, brings it to the newest format, and changes it: all of it in one transaction. */
async function updating(
  path: string,
  change: (database: Database) => void,
  progress: Progress = () => {},
): Promise<void> {
  // The refusals of a file that is no trace, or of a damaged one, are those of reading it.
  const trace = TraceReader.open(path);
  const { strangers } = trace;
  trace.close();
  const [stranger] = strangers;
  if (stranger !== undefined)
    throw damaged(path, `it has ${stranger}, and nothing is written to it`);
  let database: Database | undefined;
  try {
    database = openSqlite(path, { fileMustExist: true, timeout: 1000 });
    database.exec("BEGIN IMMEDIATE");
    const isOlder = await step(database);
    change(database);
    if (isOlder) keepIndexed(path, database, progress);
    database.exec("COMMIT");
  } catch (error) {
    throw updateTrouble(path, error);
  } finally {
    // What was begun and not committed is undone.
    database?.close();
  }
}

/** A change of a trace that failed, as the user meets it; any other error stays what it is. */
export function updateTrouble(path: string, error: unknown): unknown {
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
  if (error.code.startsWith("SQLITE_IOERR"))
    return new UserError(`the disk refuses a write (${error.code}): ${path} is as it was`);
  return readingTrouble([path], error);
}
