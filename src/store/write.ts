// write.ts - the trace file while it is recorded: events go in, in order and in whole batches.
//
// The simulation's side: an event becomes a row, and keyframes are made here, where the state is. What waits
// (waiting.ts) goes into the file (trace-file.ts), which is in a thread of its own where that pays.

import type { Database } from "better-sqlite3";
import { isNamedDevice, namesText } from "../event/device-name.ts";
import { encodeRow, FunctionNames, type Texts, textsOf } from "../event/row.ts";
import type { About, SourceFile } from "../event/trace.ts";
import {
  declarationOf,
  type Event,
  kindCodeOf,
  kindNames,
  type Recorded,
} from "../event/vocabulary.ts";
import { assert } from "../fault.ts";
import { resultText } from "../fingerprint/match-key.ts";
import type { Judgement, WrongEvent } from "../judgement/judgement.ts";
import type { State } from "../machine/state.ts";
import { createFile, writeTrouble } from "./create.ts";
import { FileThread, threadProgram } from "./file-thread.ts";
import { type Keyframe, KeyframeRecorder, SPACING } from "./keyframes.ts";
import { stateIn } from "./op-insert.ts";
import { identityOf, replacedSince } from "./output-file.ts";
import { PastEvents } from "./past-events.ts";
import { leftBeside } from "./recovery.ts";
import type { KeptLine } from "./sources.ts";
import { openSqlite } from "./sqlite.ts";
import { BATCH, type Batch, type Filing, TraceFile } from "./trace-file.ts";
import { WaitingEvents } from "./waiting.ts";

/** What becomes of a trace that a failed one was to replace. */
export const UNTOUCHED = "stays as it was";

/** So many events in the time between two landings are worth a thread, which takes some 50 ms to start. */
const WORTH_A_THREAD = 4096;

/** By the code of a kind: whether its events say a device. */
const canNameDevice = kindNames.map((kind) => "device" in declarationOf(kind).fields);

/** How a trace is written. */
export interface Manner {
  /** How many events lie between keyframes. */
  readonly spacing?: number;
  /** The trace whose place it will take when it is whole. */
  readonly replaces?: string | null;
  /** The program of a thread that writes a long one; null for none. */
  readonly thread?: URL | null;
}

export class TraceWriter {
  readonly #path: string;
  /** The trace whose place it will take; null for none. */
  readonly #replaces: string | null;
  readonly #thread: URL | null;
  /** Which file the path named when it was made. */
  readonly #name: string | null;
  /** The connection that made the file; null once a thread has one of its own. */
  #database: Database | null;
  readonly #places = new FunctionNames();
  readonly #waiting = new WaitingEvents(this.#places.names);
  readonly #keyframes: KeyframeRecorder;
  /** Batches that were taken before it was decided where the file is written. */
  #first: Batch[] = [];
  #file: Filing | null = null;
  #isOpen = true;
  #past: PastEvents | undefined;
  /** The connection through which past events are read: that of the file writes, and sees no page twice. */
  #reading: Database | undefined;
  /** Devices on no PCI bus, which events name by number. */
  readonly #devices = new Set<number>();
  readonly #about: About;
  #last = 0;
  #placesTaken = 0;

  /** Makes the file; `force` overwrites one that exists. */
  static async create(
    path: string,
    about: About,
    { force, ...manner }: { readonly force: boolean } & Manner,
  ): Promise<TraceWriter> {
    const database = await createFile(path, about, { force });
    return new TraceWriter(path, database, about, manner);
  }

  /** Takes over a file that `createFile` made. */
  constructor(
    path: string,
    database: Database,
    about: About,
    { spacing = SPACING, replaces = null, thread = threadProgram() }: Manner = {},
  ) {
    this.#path = path;
    this.#replaces = replaces;
    this.#thread = thread;
    this.#name = identityOf(path);
    this.#about = about;
    this.#database = database;
    const sink = {
      begin: () => this.#waiting.attach({ what: "keyframes" }),
      add: (keyframe: Keyframe) =>
        // The bytes are the next keyframe's as well.
        this.#waiting.attach({
          what: "keyframe",
          keyframe: { ...keyframe, data: keyframe.data.slice() },
        }),
    };
    this.#keyframes = new KeyframeRecorder(sink, kindNames, spacing);
  }

  /** Events that were taken. */
  get taken(): number {
    return this.#last;
  }

  /** Events that are safely in the file. */
  get committed(): number {
    return this.#file?.committed ?? 0;
  }

  /**
   * Takes the next event; seq runs from 1 without gaps, op is -1 outside any. With `state`, which is the state
   * after the event and the same object every time, keyframes are written.
   * Hot: about 0.4 us an event (bench: record), and what the file takes where it has no thread of its own.
   */
  append(seq: number, op: number, event: Event, state?: State): void {
    if (seq !== this.#last + 1) this.#isOutOfOrder(seq);
    if (canNameDevice[kindCodeOf(event)]) this.#seeDevice(event);
    const waiting = this.#waiting;
    const { cells, end } = waiting;
    const filled = encodeRow(cells, end, seq, op, event, this.#places);
    this.#last = seq;
    const texts = textsOf(event);
    if (texts.note !== undefined || texts.op !== undefined) this.#appendTexts(seq, event, texts);
    if (state !== undefined) this.#keyframes.see(seq, cells, end, filled, state);
    if (waiting.add(filled)) this.#hold(() => this.#handOver());
  }

  /** An event that was taken; undefined for one that was not. */
  event(seq: number): Recorded | undefined {
    if (seq < 1 || seq > this.#last) return undefined;
    return this.#waiting.event(seq) ?? this.#hold(() => this.#committedEvent(seq));
  }

  /** Keeps that an event is wrong. */
  wrong(event: WrongEvent): void {
    this.#waiting.attach({ what: "wrong", event });
  }

  /** What the trace comes to; once, before it is finished. */
  judged(judgement: Judgement): void {
    this.#waiting.attach({ what: "judged", judgement });
  }

  /** Keeps the line of a source that an event was made of. */
  keep(seq: number, line: KeptLine): void {
    this.#waiting.attach({ what: "line", seq, line });
  }

  /** What the trace was imported from; once, before it is finished. */
  sources(sources: readonly SourceFile[]): void {
    this.#waiting.attach({ what: "sources", sources });
  }

  /** Lets others read what was taken so far, without waiting for a batch to be full. */
  land(): void {
    if (!this.#isOpen || this.committed === this.#last) return;
    this.#hold(() => {
      this.#handOver();
      this.#filing(this.#last >= WORTH_A_THREAD).commit();
    });
  }

  /**
   * Makes the trace whole: one plain file, indexed, with its digest and its finish mark. `log` is the file beside it
   * that holds its end, where somebody has it open.
   */
  finish(): { readonly events: number; readonly digest: string; readonly log: string | null } {
    const digest = this.#hold(() => {
      this.#handOver();
      this.#reading?.close();
      return this.#filing(false).finish(this.#options());
    });
    this.#isOpen = false;
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
    if (!this.#isOpen) return;
    this.#hold(() => {
      this.#handOver();
      this.#reading?.close();
      this.#filing(false).abandon();
    });
    this.#isOpen = false;
  }

  /** Does what the file is asked for; after a failed write it keeps its whole batches and takes no more. */
  #hold<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #seeDevice(event: Event): void {
    const { device } = event as { readonly device?: number | null };
    if (device != null && isNamedDevice(device)) this.#devices.add(device);
  }

  /** Apart from `append`: the message's closure would be made for each event. */
  #isOutOfOrder(seq: number): void {
    assert(false, () => `event ${seq} follows event ${this.#last}`);
  }

  #appendTexts(seq: number, event: Event, texts: Texts): void {
    this.#waiting.texts(seq, texts);
    if (event.kind === "op.began") {
      const { name, arguments: args } = texts.op!;
      this.#waiting.attach({ what: "op.began", seq, op: event.op, name, args });
    } else if (event.kind === "op.ended") {
      const result = texts.op!.result!;
      const [state, signed] = [stateIn(event.result), resultText(event.result)];
      this.#waiting.attach({ what: "op.ended", seq, op: event.op, result, state, signed });
    } else this.#waiting.note(seq, texts.note!);
  }

  /** Gives the file what waits. */
  #handOver(): void {
    const batch = this.#waiting.take(this.#newPlaces());
    if (batch === null) return;
    if (this.#file === null) {
      this.#first.push(batch);
      if (this.#last >= BATCH) this.#filing(true);
    } else this.#file.take(batch);
    while (!this.#waiting.free(this.committed)) this.#file!.await();
  }

  #newPlaces(): readonly string[] {
    const { names } = this.#places;
    const places = names.slice(this.#placesTaken);
    this.#placesTaken = names.length;
    return places;
  }

  /** The file that is written; where that is not decided yet, in a thread if there is much to write and a core for it. */
  #filing(isMuch: boolean): Filing {
    if (this.#file !== null) return this.#file;
    const name = { path: this.#path, file: this.#name };
    const thread = isMuch ? this.#thread : null;
    if (thread !== null) {
      this.#database!.close();
      this.#database = null;
      this.#file = new FileThread(name, this.#waiting.buffers, thread);
    } else this.#file = new TraceFile(name, this.#database!, this.#waiting.rows);
    for (const batch of this.#first.splice(0)) this.#file.take(batch);
    return this.#file;
  }

  #committedEvent(seq: number): Recorded | undefined {
    if (this.#past === undefined) {
      this.#reading = openSqlite(this.#path, { readonly: true });
      this.#past = new PastEvents(this.#reading, this.#places.names);
    }
    return this.#past.event(seq);
  }

  #failed(error: unknown): unknown {
    this.#isOpen = false;
    this.#reading?.close();
    this.#file?.drop();
    this.#database?.close();
    const replaced = replacedSince(this.#path, this.#name);
    if (replaced !== null) return replaced;
    const left =
      this.#replaces === null
        ? `${this.#path} holds the events up to #${this.committed}`
        : `${this.#replaces} ${UNTOUCHED}`;
    return writeTrouble(error, left);
  }
}
