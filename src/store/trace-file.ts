// trace-file.ts - the file behind a recording: it takes batches of events, in order, and makes what follows from them.
//
// Rows, texts, index, digest, keyframes and judgement go in together: what is committed is whole. Where a second
// core is there, it lives in a thread of its own (file-thread.ts); it knows nothing of that.

import { type Database, SqliteError } from "better-sqlite3";
import { chipsetCalled } from "../chipset/index.ts";
import { at } from "../event/field.ts";
import { type Cells, ROW_WIDTH } from "../event/row.ts";
import type { SourceFile } from "../event/trace.ts";
import { actors, kindCode, kindNames } from "../event/vocabulary.ts";
import { Signature } from "../fingerprint/signature.ts";
import type { Judgement, WrongEvent } from "../judgement/judgement.ts";
import { seal, sealedTables } from "./checksums.ts";
import { Digest } from "./digest.ts";
import { EventInsert } from "./event-insert.ts";
import { JudgementWriter } from "./judgement.ts";
import { type Keyframe, KeyframeInsert } from "./keyframes.ts";
import { NoteInsert, type Notes } from "./note-insert.ts";
import { OpInsert } from "./op-insert.ts";
import { assertSameFile } from "./output-file.ts";
import { pack } from "./pack.ts";
import { PostingWriter } from "./postings.ts";
import { foldIn } from "./recovery.ts";
import { build, prepareValue, run } from "./schema.ts";
import { ShapeInsert } from "./shape-insert.ts";
import { type KeptLine, lineKeeper, writeSources } from "./sources.ts";

const { kind: KIND, op: OP } = at;
const HAS_OP = 1 << OP;
const [BEGAN, ENDED] = [kindCode["op.began"], kindCode["op.ended"]];
const chipsetOf = build.selectFrom("trace").select("chipset");

/** Events to a transaction: what a crash can cost. */
export const BATCH = 16384;

/** How often a writer tries to be the only one who has its file open, and how long it waits between, in milliseconds. */
const TRIES = 50;
export const PAUSE = 20;

/** What goes into the file beside the rows of some events. */
export type Attachment =
  | ({ readonly what: "notes" } & Notes)
  | ({ readonly what: "op.began"; readonly seq: number; readonly op: number } & OpBegan)
  | ({ readonly what: "op.ended"; readonly seq: number; readonly op: number } & OpEnded)
  | { readonly what: "keyframes" }
  | { readonly what: "keyframe"; readonly keyframe: Keyframe }
  | { readonly what: "wrong"; readonly event: WrongEvent }
  | { readonly what: "judged"; readonly judgement: Judgement }
  | { readonly what: "line"; readonly seq: number; readonly line: KeptLine }
  | { readonly what: "sources"; readonly sources: readonly SourceFile[] };

interface OpBegan {
  readonly name: string;
  readonly args: string;
}
interface OpEnded {
  /** The result's JSON, and that of the state in it. */
  readonly result: string;
  readonly state: string | null;
  /** What of the result the op's signature is made of. */
  readonly signed: string;
}

/** Some events, in order. */
export interface Batch {
  /** The seq of the first. */
  readonly first: number;
  readonly count: number;
  /** In which row of the rows that are shared it stands. */
  readonly row: number;
  readonly attachments: readonly Attachment[];
  /** Names of functions that were not there before: their codes go on where the last ended. */
  readonly places: readonly string[];
}

/** The rows that batches stand in, and a bit for each column that each of them fills. */
export interface SharedRows {
  readonly cells: Cells;
  readonly filled: Int32Array;
}

/** A path, and which file it named when that was made. */
export interface FileName {
  readonly path: string;
  readonly file: string | null;
}

/** What a recording asks of its file; whatever fails is thrown here or by a later call. */
export interface Filing {
  /** The last event that is safely in the file. */
  readonly committed: number;
  take(batch: Batch): void;
  /** Waits until more is committed than was. */
  await(): void;
  /** Lets others read what was taken so far. */
  commit(): void;
  /** Makes the trace whole, `options` being what the trace's row says by then; gives its digest. */
  finish(options: string): string;
  /** Keeps what there is, without the finish mark. */
  abandon(): void;
  /** Lets go of the file as it is, after a failure. */
  drop(): void;
}

export class TraceFile implements Filing {
  readonly #path: string;
  readonly #file: string | null;
  readonly #database: Database;
  readonly #rows: SharedRows;
  readonly #digest = new Digest();
  readonly #signature: Signature;
  readonly #events: EventInsert;
  readonly #notes: NoteInsert;
  readonly #ops: OpInsert;
  readonly #keyframes: KeyframeInsert;
  readonly #postings: PostingWriter;
  readonly #judgement: JudgementWriter;
  readonly #keepLine: (seq: number, line: KeptLine) => void;
  readonly #places: string[] = [];
  #last = 0;
  #placesWritten = 0;
  committed = 0;

  /** Takes over a file that `createFile` made. */
  constructor({ path, file }: FileName, database: Database, rows: SharedRows) {
    this.#path = path;
    this.#file = file;
    this.#database = database;
    this.#rows = rows;
    this.#signature = new Signature(chipsetCalled(prepareValue(database, chipsetOf).get()!));
    this.#events = new EventInsert(database, path);
    const shapes = new ShapeInsert(database);
    this.#notes = new NoteInsert(database, shapes);
    this.#ops = new OpInsert(database, shapes);
    this.#keyframes = new KeyframeInsert(database);
    this.#postings = new PostingWriter(database, kindNames);
    this.#judgement = new JudgementWriter(database);
    this.#keepLine = lineKeeper(database);
    database.exec("BEGIN");
  }

  take({ first, count, row, attachments, places }: Batch): void {
    this.#places.push(...places);
    const signatures = this.#rowsOf(first, row, count, attachments);
    this.#events.add(first, this.#rows.cells, this.#rows.filled, row, count);
    for (const one of attachments) this.#add(one, signatures);
    this.#last += count;
    if (this.#last - this.committed >= BATCH) this.commit();
  }

  await(): void {
    this.commit();
  }

  commit(): void {
    if (this.committed === this.#last) return;
    this.#commit();
    this.#database.exec("BEGIN");
  }

  finish(options: string): string {
    const digest = this.#digest.end({ kinds: kindNames, actors, places: this.#places });
    this.#commit();
    this.#database.exec("BEGIN");
    this.#postings.end();
    const whole = { digest, events: this.#last, finished: 1, options };
    run(this.#database, build.updateTable("trace").set(whole));
    seal(this.#database, sealedTables(this.#database));
    this.#database.exec("COMMIT");
    this.#close(true);
    return digest;
  }

  abandon(): void {
    this.#commit();
    this.#close(false);
  }

  drop(): void {
    this.#events.close();
    this.#database.close();
  }

  /** Gives the signatures of the ops that end in these rows. */
  #rowsOf(seq: number, row: number, count: number, attachments: readonly Attachment[]): string[] {
    const ends: OpEnded[] = [];
    const notes = new Map<number, string>();
    for (const one of attachments)
      if (one.what === "op.ended") ends.push(one);
      else if (one.what === "notes")
        for (const [i, seq] of one.seqs.entries()) notes.set(seq, one.texts[i]!);
    return this.#see(seq, row, count, ends, notes);
  }

  /** Hot: once an event. A loop alone, for V8 makes its code anew when something else comes behind it (bench: record). */
  #see(
    seq: number,
    row: number,
    count: number,
    ends: readonly OpEnded[],
    notes: ReadonlyMap<number, string>,
  ): string[] {
    const { cells, filled } = this.#rows;
    const signatures: string[] = [];
    for (let i = 0; i < count; i++) {
      const fills = filled[row + i]!;
      const start = (row + i) * ROW_WIDTH;
      this.#digest.row(cells, start, fills);
      this.#postings.see(seq + i, cells, start, fills);
      const kind = cells[start + KIND]!;
      if (kind === BEGAN) this.#signature.began();
      else if (kind === ENDED)
        signatures.push(this.#signature.ended(ends[signatures.length]!.signed));
      else {
        const op = (fills & HAS_OP) === 0 ? -1 : cells[start + OP]!;
        const note = notes.size === 0 ? undefined : notes.get(seq + i);
        this.#signature.row(cells, start, fills, op, note);
      }
    }
    return signatures;
  }

  /** `signatures` are those of the ops that end, in their order. */
  #add(one: Attachment, signatures: string[]): void {
    if (one.what === "notes") {
      for (const [i, seq] of one.seqs.entries()) this.#digest.texts(seq, { note: one.texts[i]! });
      this.#notes.add(one);
    } else if (one.what === "op.began") {
      const { seq, op, name, args } = one;
      this.#digest.texts(seq, { op: { name, arguments: args, result: null } });
      this.#ops.began(op, seq, name, args);
    } else if (one.what === "op.ended") {
      const { seq, op, result, state } = one;
      this.#digest.texts(seq, { op: { name: "", arguments: "", result } });
      this.#ops.ended(op, seq, result, state, signatures.shift()!);
    } else if (one.what === "keyframes") this.#keyframes.begin();
    else if (one.what === "keyframe") this.#keyframes.add(one.keyframe);
    else if (one.what === "wrong") this.#judgement.add(one.event);
    else if (one.what === "judged") this.#judgement.end(one.judgement);
    else if (one.what === "line") this.#keepLine(one.seq, one.line);
    else writeSources(this.#database, one.sources);
  }

  #commit(): void {
    this.#events.flush();
    this.#ops.flush();
    const places = this.#places;
    for (let code = this.#placesWritten; code < places.length; code++)
      run(this.#database, build.insertInto("place").values({ code, name: places[code]! }));
    this.#database.exec("COMMIT");
    this.#placesWritten = places.length;
    this.committed = this.#last;
  }

  /** Leaves one plain file, without -wal and -shm; where others keep it open, its log stays beside it. */
  #close(isWhole: boolean): void {
    assertSameFile(this.#path, this.#file);
    // It waits for readers to move on, and a reader that stands still ends the wait.
    this.#database.pragma("busy_timeout = 500");
    this.#database.pragma("wal_checkpoint(TRUNCATE)");
    try {
      this.#foldIn();
      if (isWhole) pack(this.#database, this.#last);
    } catch (error) {
      if (!(error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY"))) throw error;
    }
    this.#events.close();
    this.#database.close();
  }

  /** A page that follows the trace opens it for some milliseconds, now and then, and SQLite does not wait here. */
  #foldIn(): void {
    for (let tries = 1; ; tries++)
      try {
        foldIn(this.#database);
        return;
      } catch (error) {
        const isBusy = error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
        if (!isBusy || tries === TRIES) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      }
  }
}
