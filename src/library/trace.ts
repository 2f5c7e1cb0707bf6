// trace.ts - a trace that is open for reading: its events, its state at any moment, the past of a subject, and causes.

import type { About, Mark, OpRow, SourceFile } from "../event/trace.ts";
import type { Verdict } from "../event/verdict.ts";
import { type KindName, kindNames, type Recorded } from "../event/vocabulary.ts";
import { abortedBy, UserError, unknownName } from "../fault.ts";
import { type Judgement, type Word, type WrongEvent, wordUpTo } from "../judgement/judgement.ts";
import type { State } from "../machine/state.ts";
import { judgedOf, wrongAt } from "../replay/judged.ts";
import { momentOf } from "../replay/position.ts";
import type { Step } from "../replay/provenance.ts";
import { subjectNamed } from "../replay/subject.ts";
import { TimeTravel } from "../replay/travel.ts";
import { judgedLine } from "../report/event-text.ts";
import type { Cell, QueryAnswer } from "../store/query.ts";
import { TraceReader } from "../store/read.ts";
import { lostLog } from "../store/recovery.ts";
import { troubleBehind } from "../store/trouble.ts";

/** A moment: the number of the event after which it is, or as people write it: `"#437"`, `"63%"`, `"end"`, `"op:14"`, `"mark:name"`. */
export type Position = number | string;

/** Which events, and in which order. */
export interface EventSelection {
  /** The first; the trace's first by default. */
  readonly from?: Position;
  /** The last, included; the trace's last by default. */
  readonly to?: Position;
  /** These kinds alone; all by default. */
  readonly kinds?: readonly KindName[];
  /** Only events of which something is wrong. */
  readonly wrong?: boolean;
  /** Newest first; false by default. */
  readonly backwards?: boolean;
  /** Raised, the iteration ends with an `AbortedError` that says how far it came. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a trace read-only. A `UserError` says why a file is none that can be read (`ERR_NO_FILE`, `ERR_NO_TRACE`,
 * `ERR_NEWER`, `ERR_DAMAGED`).
 */
export function openTrace(path: string): Trace {
  try {
    return opened(path, TraceReader.open(path));
  } catch (error) {
    throw troubleBehind([path], [], error);
  }
}

let opened: (path: string, reader: TraceReader) => Trace;
let readerOf: (trace: Trace) => TraceReader;

/**
 * A trace that is open for reading; `using` or `close` closes it. Every question is answered from the file: it throws
 * a `UserError` where the file is damaged there (`ERR_DAMAGED`), the trace was closed (`ERR_CLOSED`), or what was asked
 * for has no such name or position (`ERR_INPUT`).
 */
export class Trace {
  /** As it was opened. */
  readonly path: string;
  readonly #reader: TraceReader;
  readonly #travel: TimeTravel;

  static {
    opened = (path, reader) => new Trace(path, reader);
    readerOf = (trace) => trace.#reader;
  }

  private constructor(path: string, reader: TraceReader) {
    this.path = path;
    this.#reader = reader;
    this.#travel = new TimeTravel(reader);
  }

  /** What it says of itself: platform, hooks, chipset, workload. */
  get about(): About {
    return this.#reader.about;
  }

  /** How many events it holds; they are numbered from 1 to this. */
  get count(): number {
    return this.#reader.count;
  }

  /** Whether its recording did not finish: it holds the events up to there. */
  get torn(): boolean {
    return this.#reader.torn;
  }

  /** SHA-256 over its events, in hexadecimal; null where it is torn. */
  get digest(): string | null {
    return this.#reader.digest;
  }

  /** Whether the past of a subject is looked up; otherwise events are read through (`indexTrace` mends that). */
  get indexed(): boolean {
    return this.#reader.indexed;
  }

  /** Whether states are kept on the way; otherwise it is replayed from its start (`indexTrace` mends that). */
  get hasKeyframes(): boolean {
    return this.#reader.hasKeyframes;
  }

  /** Whether its file says what is right and wrong in it; otherwise it is judged when it is asked, in memory. */
  get isJudged(): boolean {
    return this.#reader.judged !== null;
  }

  /** The moment of a state in the file that turned out damaged and was passed over; null for none. */
  get damagedKeyframe(): number | null {
    return this.#reader.damagedKeyframe;
  }

  /** The files that it was imported from, and what became of their lines. */
  get sources(): readonly SourceFile[] {
    return this.#ask(() => this.#reader.sources);
  }

  /** Whether it is right; a torn one is never more than undecided. */
  get word(): Word {
    return wordUpTo(this.judgement, this.torn);
  }

  /** What that rests on, up to its last event; judged now where the file does not say. */
  get judgement(): Judgement {
    return this.#ask(() => judgedOf(this.#reader).judgement);
  }

  /** Events in order, one at a time; about 2 us each. */
  *events({ from, to, kinds, wrong, backwards, signal }: EventSelection = {}): Generator<Recorded> {
    const stretch = {
      from: from === undefined ? 1 : this.moment(from),
      to: to === undefined ? this.count : this.moment(to),
      backwards: backwards ?? false,
    };
    for (const kind of kinds ?? [])
      if (!kindNames.includes(kind)) throw unknownName("kind", kind, kindNames);
    const filter = {
      ...(kinds === undefined ? {} : { kinds }),
      ...(wrong ? { verdict: "wrong" as const } : {}),
    };
    const isPlain = kinds === undefined && !wrong && !backwards;
    yield* this.#each(
      isPlain
        ? this.#reader.events(Math.max(stretch.from, 1), stretch.to)
        : this.#travel.matching(filter, stretch),
      signal,
    );
  }

  /** One event; undefined where there is none of that number. */
  event(seq: number): Recorded | undefined {
    return this.#ask(() => this.#reader.event(seq));
  }

  /** The operations of the workload, in order. */
  *ops(): Generator<OpRow> {
    yield* this.#each(this.#reader.ops(), undefined);
  }

  /** Moments that somebody put words to (`gartrace mark`). */
  marks(): readonly Mark[] {
    return this.#ask(() => this.#reader.marks());
  }

  /** The moment that a position names: after so many events. */
  moment(position: Position): number {
    return this.#ask(() => momentOf(this.#reader, String(position)));
  }

  /** The whole machine at a moment, the caller's to keep; a few milliseconds anywhere. */
  state(position: Position = "end"): State {
    return this.#ask(() => this.#travel.stateAt(this.moment(position)));
  }

  /** The events that changed a subject, such as `gatt[0x42]`, `p2m[0x1230]`, `page:0xc1010000`, `reg:ATTBASE`, `dma:0x60000000`. */
  *history(
    subject: string,
    {
      from,
      to,
      backwards,
      signal,
    }: Pick<EventSelection, "from" | "to" | "backwards" | "signal"> = {},
  ): Generator<Recorded> {
    const named = this.#ask(() => subjectNamed(this.#reader, subject));
    const stretch = {
      from: from === undefined ? 1 : this.moment(from),
      to: to === undefined ? this.count : this.moment(to),
      backwards: backwards ?? false,
    };
    yield* this.#each(this.#travel.changes(named, stretch), signal);
  }

  /**
   * What an event's address came from: the event, its causes back to the allocation, and the P2M and IOMMU entries that
   * decided where it leads. `what`: an event's number, or a subject, whose last change up to `at` is meant.
   */
  why(what: number | string, at: Position = "end"): readonly Step[] {
    return this.#ask(() => {
      const asked = typeof what === "number" ? this.event(what) : this.#changeOf(what, at);
      if (asked === undefined) {
        const subject = typeof what === "number" ? `no event #${what}` : `no change of ${what}`;
        throw new UserError(`${this.path} has ${subject} up to ${at}`);
      }
      return this.#travel.why(asked);
    });
  }

  #changeOf(subject: string, at: Position): Recorded | undefined {
    return this.#travel.lastChange(subjectNamed(this.#reader, subject), this.moment(at));
  }

  /** What the addresses of an event say; null where none was handed to anybody. */
  verdict(recorded: Recorded): Verdict | null {
    return this.#ask(() => this.#travel.verdict(recorded));
  }

  /** What is wrong with an event; null where nothing is. */
  wrong(seq: number): WrongEvent | null {
    return this.#ask(() => wrongAt(this.#reader, seq));
  }

  /** An event as the line that `gartrace events` prints. */
  text(recorded: Recorded): string {
    const { about } = this.#reader;
    return judgedLine(recorded, this.verdict(recorded), this.wrong(recorded.seq), about);
  }

  /** Asks the file in SQL: one read-only statement over its tables and views (src/store/README.md). `ERR_INPUT` where SQLite refuses it. */
  query(sql: string): QueryAnswer {
    return this.#ask(() => this.#reader.query(sql));
  }

  /** Lets go of the file; what is asked afterwards is an `ERR_CLOSED`. */
  close(): void {
    this.#reader.close();
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      throw this.#trouble(error);
    }
  }

  *#each<T extends object>(items: Iterable<T>, signal: AbortSignal | undefined): Generator<T> {
    let seq = 0;
    try {
      for (const item of items) {
        if (signal?.aborted) throw abortedBy(signal.reason, seq);
        yield item;
        if ("seq" in item) seq = item.seq as number;
      }
    } catch (error) {
      throw this.#trouble(error);
    }
  }

  #trouble(error: unknown): unknown {
    return error instanceof TypeError && error.message.includes("not open")
      ? new UserError(`${this.path} is closed`, "ERR_CLOSED")
      : troubleBehind([this.path], [this.#reader], error);
  }
}

/** An error of a program that asks traces as a `UserError` that names the file; itself where it is about no file. */
export const troubleOf = (traces: readonly Trace[], error: unknown): unknown =>
  troubleBehind(
    traces.map(({ path }) => path),
    traces.map(readerOf),
    error,
  );

/** The log without which a torn trace ends earlier than it was written, where it is not beside it; null otherwise. */
export const lostLogOf = ({ path, torn }: Trace): string | null => (torn ? lostLog(path) : null);

export type { Cell, QueryAnswer };
/** The reader behind a trace, for the rooms under this roof. */
export { readerOf };
