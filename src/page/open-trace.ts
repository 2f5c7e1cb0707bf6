// open-trace.ts - a trace that is shown: its file, opened for each question while it is still being written.
//
// Who holds a connection to a trace keeps its recorder from ending it as one plain file. So one that is being written
// is opened for one question and closed behind it; a finished one stays open.

import { statSync } from "node:fs";
import type { Side } from "../answer/shapes.ts";
import { UserError } from "../fault.ts";
import { TimeTravel } from "../replay/travel.ts";
import { TraceReader } from "../store/read.ts";
import { troubleBehind } from "../store/trouble.ts";
import { JudgedTrace } from "./judged-trace.ts";
import { TraceSummary } from "./trace-summary.ts";

/** A trace while a question about it is answered. */
export interface PageTrace {
  readonly side: Side;
  readonly path: string;
  readonly trace: JudgedTrace;
  readonly travel: TimeTravel;
  readonly summary: TraceSummary;
}

export class OpenTrace {
  readonly side: Side;
  readonly path: string;
  #kept: PageTrace | null = null;
  #reader: TraceReader | null = null;
  #summary = new TraceSummary();
  #file: number;

  /** Throws where the file is none that can be read. */
  constructor(side: Side, path: string) {
    this.side = side;
    this.path = path;
    // A file that is no trace is refused as every command refuses it.
    TraceReader.open(path).close();
    this.#file = this.#fileNumber();
  }

  /** Whether a writer was at work on it when it was asked something last: then nobody here has it open by now. */
  get isGrowing(): boolean {
    return this.#kept === null;
  }

  /** Answers a question. */
  use<T>(ask: (pageTrace: PageTrace) => T): T {
    const file = this.#fileNumber();
    if (file !== this.#file) this.#forget(file);
    if (this.#kept !== null) return this.#told(this.#kept.trace.reader, this.#kept, ask);
    const reader = TraceReader.open(this.path);
    reader.mapNothing();
    const { isGrowing } = reader;
    try {
      const pageTrace = this.#pageTrace(reader);
      if (!isGrowing) {
        this.#reader = reader;
        this.#kept = pageTrace;
      }
      return this.#told(reader, pageTrace, ask);
    } finally {
      if (isGrowing) reader.close();
    }
  }

  /** Looks a slice further; true where there is no more to see at the moment. */
  look(): boolean {
    return this.use(({ summary, trace }) => summary.step(trace.reader));
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
    this.#kept = null;
  }

  /** What a damaged file breaks is told as every command tells it. */
  #told<T>(reader: TraceReader, pageTrace: PageTrace, ask: (pageTrace: PageTrace) => T): T {
    try {
      return ask(pageTrace);
    } catch (error) {
      throw troubleBehind([this.path], [reader], error);
    }
  }

  #pageTrace(reader: TraceReader): PageTrace {
    const trace = new JudgedTrace(reader, this.#summary);
    const travel = new TimeTravel(trace);
    return { side: this.side, path: this.path, trace, travel, summary: this.#summary };
  }

  /** Another file has taken its place: it is another trace. */
  #forget(file: number): void {
    this.close();
    this.#summary = new TraceSummary();
    this.#file = file;
  }

  #fileNumber(): number {
    const file = statSync(this.path, { throwIfNoEntry: false });
    if (file === undefined)
      throw new UserError(
        `${this.path} is gone: it was moved or removed; put it back or serve it from where it is`,
      );
    return file.ino;
  }
}
