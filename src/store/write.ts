// write.ts - the trace file while it is recorded: events go in, in order and in whole batches.

import { type Database, SqliteError, type Statement } from "better-sqlite3";
import { chipsetCalled } from "../chipset/index.ts";
import { isNamedDevice, namesText } from "../event/device-name.ts";
import { at } from "../event/field.ts";
import { canHaveTexts, encodeRow, FunctionNames, type Texts, textsOf } from "../event/row.ts";
import type { About, SourceFile } from "../event/trace.ts";
import { actors, type Event, kindNames, type Recorded } from "../event/vocabulary.ts";
import { assert } from "../fault.ts";
import { Signature } from "../fingerprint/signature.ts";
import type { Judgement, WrongEvent } from "../judgement/judgement.ts";
import type { State } from "../machine/state.ts";
import { seal, sealedTables } from "./checksums.ts";
import { createFile, writeTrouble } from "./create.ts";
import { Digest } from "./digest.ts";
import { EventInsert } from "./event-insert.ts";
import { JudgementWriter } from "./judgement.ts";
import { KeyframeRecorder, SPACING } from "./keyframes.ts";
import { OpInsert } from "./op-insert.ts";
import { assertSameFile, identityOf, replacedSince } from "./output-file.ts";
import { pack } from "./pack.ts";
import { PastEvents } from "./past-events.ts";
import { PostingWriter } from "./postings.ts";
import { foldIn, leftBeside } from "./recovery.ts";
import { build, prepare, run } from "./schema.ts";
import { type KeptLine, lineKeeper, writeSources } from "./sources.ts";

const KIND = at.kind;
const NO_TEXTS: Texts = {};

/** What becomes of a trace that a failed one was to replace. */
export const UNTOUCHED = "stays as it was";

/** Events to a transaction: what a crash can cost. */
const BATCH = 16384;

/** How often a writer tries to be the only one who has its file open, and how long it waits between, in milliseconds. */
const TRIES = 10;
const PAUSE = 20;

export class TraceWriter {
  readonly #path: string;
  /** The trace whose place it will take; null for none. */
  readonly #replaces: string | null;
  /** Which file the path named when it was made. */
  readonly #file: string | null;
  readonly #database: Database;
  readonly #places = new FunctionNames();
  readonly #digest = new Digest();
  readonly #signature: Signature;
  readonly #events: EventInsert;
  readonly #note: Statement<unknown[]>;
  readonly #ops: OpInsert;
  readonly #keyframes: KeyframeRecorder;
  readonly #postings: PostingWriter;
  readonly #judgement: JudgementWriter;
  #past: PastEvents | undefined;
  /** Devices on no PCI bus, which events name by number. */
  readonly #devices = new Set<number>();
  readonly #about: About;
  readonly #keepLine: (seq: number, line: KeptLine) => void;
  #last = 0;
  #committed = 0;
  #placesWritten = 0;

  /**
   * Makes the file; `force` overwrites one that exists. `spacing`: how many events lie between keyframes;
   * `replaces`: the trace whose place it will take when it is whole.
   */
  static async create(
    path: string,
    about: About,
    {
      force,
      spacing,
      replaces = null,
    }: { force: boolean; spacing?: number; replaces?: string | null },
  ): Promise<TraceWriter> {
    const database = await createFile(path, about, { force });
    return new TraceWriter(path, database, about, spacing, replaces);
  }

  /** Takes over a file that `createFile` made. */
  constructor(
    path: string,
    database: Database,
    about: About,
    spacing = SPACING,
    replaces: string | null = null,
  ) {
    this.#path = path;
    this.#replaces = replaces;
    this.#file = identityOf(path);
    this.#about = about;
    this.#keyframes = new KeyframeRecorder(database, kindNames, spacing);
    this.#database = database;
    this.#signature = new Signature(chipsetCalled(about.chipset));
    this.#events = new EventInsert(database);
    this.#note = prepare(database, build.insertInto("note").values({ seq: 0, text: "" }));
    this.#ops = new OpInsert(database);
    this.#postings = new PostingWriter(database, kindNames);
    this.#judgement = new JudgementWriter(database);
    this.#keepLine = lineKeeper(database);
    database.exec("BEGIN");
  }

  /** Events that were taken. */
  get taken(): number {
    return this.#last;
  }

  /** Events that are safely in the file. */
  get committed(): number {
    return this.#committed;
  }

  /**
   * Takes the next event; seq runs from 1 without gaps, op is -1 outside any. With `state`, which is the state
   * after the event and the same object every time, keyframes are written.
   * Hot: about 1.0 us an event (bench: record), of which SQLite takes 0.55, encoding 0.11, the signature 0.09,
   * keyframes 0.07 and the digest 0.06.
   */
  append(seq: number, op: number, event: Event, state?: State): void {
    if (seq !== this.#last + 1) this.#isOutOfOrder(seq);
    const { device } = event as { readonly device?: number | null };
    if (device != null && isNamedDevice(device)) this.#devices.add(device);
    const { values, end } = this.#events;
    const filled = encodeRow(values, end, seq, op, event, this.#places);
    this.#digest.row(values, end, filled);
    this.#last = seq;
    try {
      const texts = canHaveTexts[values[end + KIND]!] ? textsOf(event) : NO_TEXTS;
      if (event.kind !== "op.began" && event.kind !== "op.ended")
        this.#signature.row(values, end, filled, op, texts.note);
      if (texts.note !== undefined || texts.op !== undefined) this.#appendTexts(seq, event, texts);
      // Both before `add`, which may hand the block of rows over and begin anew.
      this.#postings.see(seq, values, end, filled);
      if (state !== undefined) this.#keyframes.see(seq, values, end, filled, state);
      this.#events.add(filled);
      if (seq - this.#committed < BATCH) return;
      this.#commit();
      this.#database.exec("BEGIN");
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** An event that was taken; undefined for one that was not. */
  event(seq: number): Recorded | undefined {
    if (seq < 1 || seq > this.#last) return undefined;
    if (seq > this.#last - this.#events.waiting) this.#hold(() => this.#events.flush());
    this.#hold(() => this.#ops.flush());
    this.#past ??= new PastEvents(this.#database, this.#places.names);
    return this.#past.event(seq);
  }

  /** Keeps that an event is wrong. */
  wrong(event: WrongEvent): void {
    this.#hold(() => this.#judgement.add(event));
  }

  /** What the trace comes to; once, before it is finished. */
  judged(judgement: Judgement): void {
    this.#hold(() => this.#judgement.end(judgement));
  }

  /** Keeps the line of a source that an event was made of. */
  keep(seq: number, line: KeptLine): void {
    this.#hold(() => this.#keepLine(seq, line));
  }

  /** What the trace was imported from; once, before it is finished. */
  beside(sources: readonly SourceFile[]): void {
    this.#hold(() => writeSources(this.#database, sources));
  }

  /** Lets others read what was taken so far, without waiting for a batch to be full. */
  land(): void {
    if (this.#committed === this.#last || !this.#database.open) return;
    this.#hold(() => {
      this.#commit();
      this.#database.exec("BEGIN");
    });
  }

  #hold(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /**
   * Makes the trace whole: one plain file, indexed, with its digest and its finish mark. `log` is the file beside it
   * that holds its end, where somebody has it open.
   */
  finish(): { readonly events: number; readonly digest: string; readonly log: string | null } {
    const digest = this.#digest.end({
      kinds: kindNames,
      actors,
      places: this.#places.names,
    });
    try {
      this.#commit();
      this.#database.exec("BEGIN");
      this.#postings.end();
      run(
        this.#database,
        build
          .updateTable("trace")
          .set({ digest, events: this.#last, finished: 1, options: this.#options() }),
      );
      seal(this.#database, sealedTables(this.#database));
      this.#database.exec("COMMIT");
      this.#close(true);
    } catch (error) {
      throw this.#failed(error);
    }
    return { events: this.#last, digest, log: leftBeside(this.#path) };
  }

  /** With the names of devices, which only the events show. */
  #options(): string {
    const { options } = this.#about;
    const devices = namesText(this.#devices);
    return JSON.stringify(devices === "" ? options : { ...options, devices });
  }

  /** Keeps what there is, without the finish mark: a torn trace. */
  abandon(): void {
    // A write that failed has closed the file already.
    if (!this.#database.open) return;
    try {
      this.#commit();
      this.#close(false);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Apart from `append`: the message's closure would be made for each event. */
  #isOutOfOrder(seq: number): void {
    assert(false, () => `event ${seq} follows event ${this.#last}`);
  }

  #appendTexts(seq: number, event: Event, texts: Texts): void {
    this.#digest.texts(seq, texts);
    if (event.kind === "op.began") {
      this.#signature.began();
      this.#ops.began(event.op, seq, texts.op!.name, texts.op!.arguments);
    } else if (event.kind === "op.ended") {
      const signature = this.#signature.ended(event.result);
      this.#ops.ended(event.op, seq, event.result, texts.op!.result!, signature);
    } else this.#note.run(seq, texts.note!);
  }

  #commit(): void {
    this.#events.flush();
    this.#ops.flush();
    const places = this.#places.names;
    for (let code = this.#placesWritten; code < places.length; code++)
      run(this.#database, build.insertInto("place").values({ code, name: places[code]! }));
    this.#database.exec("COMMIT");
    this.#placesWritten = places.length;
    this.#committed = this.#last;
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

  /** After a failed write the file keeps its whole batches and takes no more. */
  #failed(error: unknown): unknown {
    this.#database.close();
    const replaced = replacedSince(this.#path, this.#file);
    if (replaced !== null) return replaced;
    const left =
      this.#replaces === null
        ? `${this.#path} holds the events up to #${this.#committed}`
        : `${this.#replaces} ${UNTOUCHED}`;
    return writeTrouble(error, left);
  }
}
