// read.ts - a trace file as it was recorded: what it says of itself, its events, its ops.

import type { Database } from "better-sqlite3";
import { sql } from "kysely";
import { at, type Column, columns } from "../event/field.ts";
import { PageBudget, UNCOUNTED } from "../event/page-budget.ts";
import { filledOf, type Row, RowReader, type Rows } from "../event/row.ts";
import type { About, Mark, OpRow, Search, SourceFile } from "../event/trace.ts";
import { type KindName, kindNames, type Recorded } from "../event/vocabulary.ts";
import { damaged, damagedEvent, UserError } from "../fault.ts";
import type { State } from "../machine/state.ts";
import { aboutOf } from "./about.ts";
import { assertHeld, READ_ALWAYS } from "./checksums.ts";
import { Digest, type Names } from "./digest.ts";
import { EventRows } from "./event-rows.ts";
import { StoredJudgement } from "./judgement.ts";
import { KeyframeReader } from "./keyframe-reader.ts";
import { OpSource } from "./op-source.ts";
import { openFile, readingTrouble } from "./open.ts";
import { OpReader } from "./ops.ts";
import { Overview } from "./overview.ts";
import { hasPostings } from "./postings.ts";
import { Proof, type Stored, type StoredRow } from "./proof.ts";
import { ask, type QueryAnswer } from "./query.ts";
import { build, prepare, prepareValue } from "./schema.ts";
import { Finder } from "./search.ts";
import { strangersIn } from "./shape.ts";
import { troublesOf } from "./soundness.ts";
import { readSources } from "./sources.ts";
import { RowTexts } from "./texts.ts";

/** Rows taken from SQLite at once: 1.35 us a row; one at a time by a cursor, it is 1.65. */
const CHUNK = 1024;

const SEQ = at.seq;
const KIND = at.kind;
const SIZE = at.size;

// The values stand for parameters.
const eventsBetween = build
  .selectFrom("event")
  .select(columns)
  .where("seq", ">=", 0)
  .where("seq", "<=", 0)
  .orderBy("seq");
const eventsOfKinds = eventsBetween.where(
  sql<boolean>`kind IN (SELECT value FROM json_each(${"[]"}))`,
);
const firstEvent = build.selectFrom("event").select(({ fn }) => fn.min("seq").as("seq"));
const lastEvent = build.selectFrom("event").select(({ fn }) => fn.max("seq").as("seq"));
const allMarks = build.selectFrom("mark").select(["seq", "name", "text"]).orderBy("seq");

export class TraceReader {
  readonly about: About;
  /** The version of gartrace that wrote it. */
  readonly version: string;
  /** How many events it holds. */
  readonly count: number;
  /** Whether its recording was cut off, or still runs: whole batches are there, but no end. */
  readonly torn: boolean;
  /** Null where the trace is torn. */
  readonly digest: string | null;
  /** Whether the past of a subject is looked up; otherwise every search reads through the events. */
  readonly indexed: boolean;
  readonly #database: Database;
  readonly names: Names;
  readonly #rows: RowReader;
  readonly #events: EventRows;
  readonly #opSource: OpSource;
  readonly #ops: OpReader;
  readonly #texts: RowTexts;
  readonly #finder: Finder;
  readonly #keyframes: KeyframeReader;
  /** Views and triggers that gartrace did not make, in words. */
  readonly strangers: readonly string[];
  #overview: Overview | undefined;
  #judged: { readonly stored: StoredJudgement | null } | undefined;

  /** Opens a trace read-only; a UserError says why a file is none that can be read. */
  static open(path: string): TraceReader {
    const database = openFile(path);
    try {
      return new TraceReader(path, database);
    } catch (error) {
      database.close();
      throw readingTrouble([path], error);
    }
  }

  /** Whether its writer is at work on it: until it lets go, the trace has a log beside it, finished or not. */
  get isGrowing(): boolean {
    return this.#database.pragma("journal_mode", { simple: true }) === "wal";
  }

  /** For who reads from front to end and meets no page again: SQLite keeps 2 MB of them instead of 16. */
  forgetPages(): void {
    this.#database.pragma("cache_size = -2000");
  }

  /** For who looks here and there for hours: a file that is mapped counts as memory as far as it was ever read. */
  mapNothing(): void {
    this.#finder.mapNothing();
  }

  /** Reads a trace over a handle that stays the caller's. */
  static of(path: string, database: Database): TraceReader {
    return new TraceReader(path, database);
  }

  private constructor(path: string, database: Database) {
    this.#database = database;
    this.strangers = strangersIn(database);
    const { about, version, digest, finished, events, indexed } = aboutOf(database);
    this.about = about;
    this.version = version;
    this.torn = !finished;
    this.digest = digest;
    // What every answer rests on: a look at a few short tables.
    for (const table of READ_ALWAYS) assertHeld(database, table, finished);
    this.count = countOf(database, events);
    this.names = {
      kinds: this.#named("kind"),
      actors: this.#named("actor"),
      places: this.#named("place"),
    };
    const stranger = this.names.kinds.find((kind) => !kindNames.some((known) => known === kind));
    if (stranger !== undefined)
      throw new UserError(
        `${path} has events of a kind '${stranger}' that this gartrace does not know; ` +
          "update gartrace",
      );
    this.#rows = new RowReader(this.names);
    this.#events = new EventRows(database, eventsBetween, columns);
    this.#opSource = new OpSource(database);
    this.#ops = new OpReader(this.#opSource, this.count);
    this.#texts = new RowTexts(database, this.names.kinds, this.#opSource);
    this.indexed = indexed === this.count && hasPostings(database);
    this.#keyframes = new KeyframeReader(database);
    this.#finder = new Finder(database, this.names, {
      count: this.count,
      indexed: this.indexed,
      ops: this.#opSource,
    });
  }

  /** The events from `from` to `to`, in order and one at a time; about 1.7 us an event. */
  *events(from = 1, to = Number.POSITIVE_INFINITY): Generator<Recorded> {
    for (const stored of this.stored(from, to)) yield this.recorded(stored);
  }

  /** The same, each with what is stored of it. */
  *eventsWithRows(from = 1, to = Number.POSITIVE_INFINITY): Generator<Stored> {
    for (const stored of this.stored(from, to))
      yield { row: stored.row, texts: stored.texts, recorded: this.recorded(stored) };
  }

  /** What is stored of the same events, of which not everybody needs them all. */
  *stored(from = 1, to = Number.POSITIVE_INFINITY): Generator<StoredRow> {
    const end = Math.min(to, this.count);
    const pages = new PageBudget();
    for (let first = Math.max(from, 1); first <= end; first += CHUNK) {
      const last = Math.min(first + CHUNK - 1, end);
      const rows = this.#between(first, last);
      const textsOf = this.#texts.of(rows);
      for (const row of rows) {
        this.#spend(pages, row);
        yield { row, texts: textsOf(row) };
      }
    }
  }

  /** The event that is stored so. */
  recorded({ row, texts }: StoredRow): Recorded {
    return this.#rows.decode(row, texts);
  }

  /** One event; undefined where the trace has none of that number. */
  event(seq: number): Recorded | undefined {
    for (const recorded of this.events(seq, seq)) return recorded;
    return undefined;
  }

  ops(from?: number): Iterable<OpRow> {
    return this.#ops.all(from);
  }

  op(number: number): OpRow | undefined {
    return this.#ops.one(number);
  }

  get lastOp(): number {
    return this.#ops.last;
  }

  /** By moment. */
  marks(): Mark[] {
    const rows = prepare(this.#database, allMarks).all();
    const stranger = rows.find(
      ({ seq }) => !Number.isSafeInteger(seq) || seq < 0 || seq > this.count,
    );
    if (stranger !== undefined)
      throw damaged("table mark, column seq", `${stranger.seq} is no moment of the trace`);
    // The first format allowed a mark without words.
    return rows.map(({ seq: moment, name, text }) => ({ moment, name, text: text ?? "" }));
  }

  /** Whether the state is kept now and then, so that a seek need not fold all events before. */
  get hasKeyframes(): boolean {
    return this.#keyframes.known;
  }

  /**
   * Brings a new state to the latest keyframe up to this moment and gives its moment; 0 where there is none.
   * Some 20 ns for each entry of the state's tables.
   */
  restore(state: State, moment: number): number {
    return this.#keyframes.restore(state, moment);
  }

  /** The moment of the first keyframe met that is damaged; it and those after it were not used. */
  get damagedKeyframe(): number | null {
    return this.#keyframes.damagedAt;
  }

  /**
   * The events looked for, each as soon as it is found. Hot: by the index about 10 us the first and
   * 3 us each further one, most of it for SQLite to fetch a page per event (bench: travel).
   */
  *search(wanted: Search): Generator<Recorded> {
    const pages = new PageBudget();
    for (const rows of this.#finder.find(wanted)) {
      const textsOf = this.#texts.of(rows);
      for (const row of rows) {
        const recorded = this.#rows.decode(row, textsOf(row));
        this.#spend(pages, row);
        yield recorded;
      }
    }
  }

  *rows(from: number, to: number, kinds?: readonly KindName[]): Generator<Rows> {
    const codes = kinds && JSON.stringify(kinds.map((kind) => this.names.kinds.indexOf(kind)));
    const some =
      codes === undefined ? undefined : new EventRows(this.#database, eventsOfKinds, columns);
    const end = Math.min(to, this.count);
    for (let first = from; first <= end; first += CHUNK) {
      const last = Math.min(first + CHUNK - 1, end);
      yield {
        rows: some?.all(first, last, codes) ?? this.#between(first, last),
        notes: this.#texts.notesBetween(first, last),
      };
    }
  }

  /** Some columns of the events from one seq to another, both included and in order: a third of the time of whole rows. */
  cells(wanted: readonly Column[], from: number, to: number): Row[] {
    const some = build
      .selectFrom("event")
      .select(wanted)
      .where("seq", ">=", 0)
      .where("seq", "<=", 0)
      .orderBy("seq");
    return new EventRows(this.#database, some, wanted).all(from, to);
  }

  /** Its events from afar, counted rather than read. */
  get overview(): Overview {
    this.#overview ??= new Overview(this.#database);
    return this.#overview;
  }

  /** The digest of what is stored; not `digest` where the file was changed after its recording. */
  recomputeDigest(): string {
    const digest = new Digest();
    for (const { row, texts } of this.stored(1, this.count)) {
      digest.row(row, 0, filledOf(row));
      digest.texts(row[SEQ]!, texts);
    }
    return digest.end(this.names);
  }

  /** What is wrong with the file beside its events, in words. */
  *troubles(): Generator<string> {
    yield* this.strangers.map((what) => `it has ${what}`);
    const { kinds } = this.names;
    yield* troublesOf(this.#database, { kinds, count: this.count, torn: this.torn });
  }

  /** Works out again what the file keeps that follows from its events; it takes them one by one. */
  proof(): Proof {
    return new Proof(this.#database, {
      names: this.names,
      ops: this.#opSource,
      chipset: this.about.chipset,
      hasKeyframes: this.hasKeyframes,
      indexed: this.indexed,
    });
  }

  /** The files that it was imported from, and what became of their lines. */
  get sources(): readonly SourceFile[] {
    return readSources(this.#database);
  }

  /** One read-only statement of SQL over tables and views of the trace. */
  query(sql: string): QueryAnswer {
    const stranger = this.strangers.find((what) => !what.startsWith("a trigger"));
    if (stranger !== undefined)
      throw damaged("its schema", `it has ${stranger}, which no SQL is run with`);
    return ask(this.#database, sql);
  }

  /** What the file says of what is right and wrong in it; null where it was not judged by these rules. */
  get judged(): StoredJudgement | null {
    this.#judged ??= { stored: StoredJudgement.of(this.#database, this.count) };
    return this.#judged.stored;
  }

  close(): void {
    this.#database.close();
  }

  #spend(pages: PageBudget, row: Row): void {
    const size = row[SIZE];
    if (size == null || this.names.kinds[row[KIND]!] === UNCOUNTED) return;
    const trouble = pages.take(size);
    if (trouble !== null) throw damagedEvent(row[SEQ]!, "size", trouble);
  }

  /** The rows from one seq to another, of which none may be missing. */
  #between(first: number, last: number): Row[] {
    const rows = this.#events.all(first, last);
    if (rows.length === last - first + 1) return rows;
    const hole = rows.findIndex((row, i) => row[SEQ] !== first + i);
    throw damagedEvent(first + (hole < 0 ? rows.length : hole), "seq", "the event is missing");
  }

  #named(table: "kind" | "actor" | "place"): string[] {
    const names = build.selectFrom(table).select(["code", "name"]).orderBy("code");
    return prepare(this.#database, names)
      .all()
      .map(({ code, name }, i) => {
        if (code !== i || typeof name !== "string")
          throw damaged(`table ${table}`, `code ${i} is missing`);
        return name;
      });
  }
}

/** The least that an event takes in the file: its number alone says how many a file can hold. */
const LEAST_BYTES = 4;

/** How many events there are; `recordedCount` is what the row of `trace` has. */
function countOf(database: Database, recordedCount: number | null): number {
  const first = prepareValue(database, firstEvent).get();
  const last = prepareValue(database, lastEvent).get() ?? 0;
  if (first != null && first !== 1)
    throw damagedEvent(first, "seq", "the first event of a trace is #1");
  const room = (pragma: string) => Number(database.pragma(pragma, { simple: true }));
  if (last > (room("page_count") * room("page_size")) / LEAST_BYTES)
    throw damagedEvent(last, "seq", "the file has no room for so many events");
  if (recordedCount !== null && recordedCount !== last)
    throw damaged(
      "table trace, column events",
      `${recordedCount} are said, the last one is #${last}`,
    );
  return last;
}
