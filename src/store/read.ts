// read.ts - a trace file as it was recorded: what it says of itself, its events, its ops.

import type { Database, Statement } from "better-sqlite3";
import { sql } from "kysely";
import { chipsetCalled } from "../chipset/index.ts";
import { learnNames } from "../event/device-name.ts";
import { at, type Column, columns } from "../event/field.ts";
import { filledOf, type Row, RowReader, type Rows, type Texts } from "../event/row.ts";
import type { About, Mark, OpRow, Search, SourceFile } from "../event/trace.ts";
import { type KindName, kindNames, type Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { Signature } from "../fingerprint/signature.ts";
import type { State } from "../machine/state.ts";
import { Digest, type Names } from "./digest.ts";
import { hasIndexes } from "./indexes.ts";
import { StoredJudgement } from "./judgement.ts";
import { KeyframeReader } from "./keyframes.ts";
import { OpSource } from "./op-source.ts";
import { openFile } from "./open.ts";
import { OpReader } from "./ops.ts";
import { type Answer, ask } from "./query.ts";
import { build, columnsOf, prepare, prepareList, prepareValue, type TraceRow } from "./schema.ts";
import { Finder } from "./search.ts";
import { readSources } from "./sources.ts";
import { opOf, RowTexts } from "./texts.ts";

/** Rows taken from SQLite at once: 1.35 us a row; one at a time by a cursor, it is 1.65. */
const CHUNK = 1024;

const SEQ = at.seq;
const KIND = at.kind;
const OP = at.op;

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
const lastEvent = build.selectFrom("event").select(({ fn }) => fn.max("seq").as("last"));
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
  /** The trace's code of a kind -> this program's. */
  readonly #kindCodes: readonly number[];
  readonly #rows: RowReader;
  readonly #events: Statement<unknown[], Row>;
  readonly #opSource: OpSource;
  readonly #ops: OpReader;
  readonly #texts: RowTexts;
  readonly #finder: Finder;
  readonly #keyframes: KeyframeReader;
  readonly #began: number;
  readonly #ended: number;
  #judged: { readonly stored: StoredJudgement | null } | undefined;

  /** Opens a trace read-only; a UserError says why a file is none that can be read. */
  static open(path: string): TraceReader {
    const database = openFile(path);
    try {
      return new TraceReader(path, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** For who reads from front to end and meets no page again: SQLite keeps 2 MB of them instead of 16. */
  forgetPages(): void {
    this.#database.pragma("cache_size = -2000");
  }

  /** Reads a trace over a handle that stays the caller's. */
  static of(path: string, database: Database): TraceReader {
    return new TraceReader(path, database);
  }

  private constructor(path: string, database: Database) {
    this.#database = database;
    const { about, version, digest, finished } = aboutOf(database);
    this.about = about;
    this.version = version;
    this.torn = !finished;
    this.digest = digest;
    this.count = prepareValue(database, lastEvent).get() ?? 0;
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
    this.#kindCodes = this.names.kinds.map((kind) => kindNames.indexOf(kind as KindName));
    this.#rows = new RowReader(this.names);
    this.#events = prepareList(database, eventsBetween, columns);
    this.#opSource = new OpSource(database);
    this.#ops = new OpReader(this.#opSource);
    this.#texts = new RowTexts(database, this.names.kinds, this.#opSource);
    this.indexed = hasIndexes(database, this.names.kinds);
    this.#keyframes = new KeyframeReader(database);
    this.#finder = new Finder(database, this.names, this.count, this.#opSource);
    this.#began = this.names.kinds.indexOf("op.began");
    this.#ended = this.names.kinds.indexOf("op.ended");
  }

  /** The events from `from` to `to`, in order and one at a time; about 1.7 us an event. */
  *events(from = 1, to = Number.POSITIVE_INFINITY): Generator<Recorded> {
    for (const { row, texts } of this.#stored(from, to)) yield this.#rows.decode(row, texts);
  }

  /** The same, each with what is stored of it. */
  *eventsWithRows(
    from = 1,
    to = Number.POSITIVE_INFINITY,
  ): Generator<{ row: Row; texts: Texts; recorded: Recorded }> {
    for (const { row, texts } of this.#stored(from, to))
      yield { row, texts, recorded: this.#rows.decode(row, texts) };
  }

  /** One event; undefined where the trace has none of that number. */
  event(seq: number): Recorded | undefined {
    for (const recorded of this.events(seq, seq)) return recorded;
    return undefined;
  }

  ops(): Iterable<OpRow> {
    return this.#ops.all();
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

  /**
   * The events looked for, each as soon as it is found. Hot: by the index of subjects about 10 us the first and
   * 4 us each further one, most of it for SQLite to fetch a page per event (bench: travel).
   */
  *search(wanted: Search): Generator<Recorded> {
    for (const rows of this.#finder.find(wanted)) {
      const textsOf = this.#texts.of(rows);
      for (const row of rows) yield this.#rows.decode(row, textsOf(row));
    }
  }

  *rows(from: number, to: number, kinds?: readonly KindName[]): Generator<Rows> {
    const codes = kinds && JSON.stringify(kinds.map((kind) => this.names.kinds.indexOf(kind)));
    const some =
      codes === undefined ? undefined : prepareList(this.#database, eventsOfKinds, columns);
    const end = Math.min(to, this.count);
    for (let first = from; first <= end; first += CHUNK) {
      const last = Math.min(first + CHUNK - 1, end);
      yield {
        rows: some?.all(first, last, codes) ?? this.#events.all(first, last),
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
    return prepareList(this.#database, some, wanted).all(from, to) as Row[];
  }

  /** The digest of what is stored; not `digest` where the file was changed after its recording. */
  recomputeDigest(): string {
    const digest = new Digest();
    for (const { row, texts } of this.#stored(1, this.count)) {
      digest.row(row, 0, filledOf(row));
      digest.texts(row[SEQ]!, texts);
    }
    return digest.end(this.names);
  }

  /** How many ops have a signature, up to the first whose signature is not that of its events. */
  checkSignatures(): { readonly ops: number; readonly wrong: number | null } {
    let ops = 0;
    const signature = new Signature(chipsetCalled(this.about.chipset));
    for (const { row, texts } of this.#stored(1, this.count)) {
      const kind = row[KIND]!;
      if (kind === this.#began) signature.began();
      else if (kind !== this.#ended) {
        row[KIND] = this.#kindCodes[kind]!;
        signature.row(row, 0, filledOf(row), row[OP] ?? -1, texts.note);
      } else {
        const stored = this.#opSource.one(opOf(row))?.signature ?? null;
        if (stored === null) continue;
        if (stored !== signature.ended(JSON.parse(texts.op!.result!)))
          return { ops, wrong: opOf(row) };
        ops++;
      }
    }
    return { ops, wrong: null };
  }

  /** The files that it was imported from, and what became of their lines. */
  get sources(): readonly SourceFile[] {
    return readSources(this.#database);
  }

  /** One read-only statement of SQL over tables and views of the trace. */
  query(sql: string): Answer {
    return ask(this.#database, sql);
  }

  /** What the file says of what is right and wrong in it; null where it was not judged by these rules. */
  get judged(): StoredJudgement | null {
    this.#judged ??= { stored: StoredJudgement.of(this.#database) };
    return this.#judged.stored;
  }

  close(): void {
    this.#database.close();
  }

  /** Rows with their texts, a chunk at a time: its rows, its notes and its ops, merged. */
  *#stored(from: number, to: number): Generator<{ row: Row; texts: Texts }> {
    const end = Math.min(to, this.count);
    for (let first = Math.max(from, 1); first <= end; first += CHUNK) {
      const last = Math.min(first + CHUNK - 1, end);
      const rows = this.#events.all(first, last);
      const textsOf = this.#texts.of(rows);
      for (const row of rows) yield { row, texts: textsOf(row) };
    }
  }

  #named(table: "kind" | "actor" | "place"): string[] {
    const names = build.selectFrom(table).select("name").orderBy("code");
    return prepareValue(this.#database, names).all();
  }
}

interface TraceFacts {
  readonly about: About;
  /** The version of gartrace that wrote it. */
  readonly version: string;
  readonly digest: string | null;
  readonly finished: boolean;
}

type Stored = { [C in keyof TraceRow]: TraceRow[C] extends number ? bigint : TraceRow[C] };

/** Reads the one row of `trace`; the workload's operations are read when somebody asks for them. */
export function aboutOf(database: Database): TraceFacts {
  const columns = columnsOf(database, "trace").filter((name) => name !== "operations");
  const trace = database
    .prepare<[], Stored>(`SELECT ${columns.join(", ")} FROM trace`)
    .safeIntegers()
    .get()!;
  const options: About["options"] = JSON.parse(trace.options);
  learnNames(options.devices);
  const about: About = {
    platform: trace.platform,
    hooks: trace.hooks,
    chipset: trace.chipset,
    workload: trace.workload,
    get operations() {
      return prepareValue(database, build.selectFrom("trace").select("operations")).get() ?? null;
    },
    seed: Number(trace.seed),
    options,
    virtBase: BigInt.asUintN(64, trace.virt_base),
    physIsMachine: trace.phys_is_machine === 1n,
    source: trace.source,
    origin: trace.origin,
    ...parentOf(trace),
  };
  const { gartrace: version, digest, finished } = trace;
  return { about, version, digest, finished: finished === 1n };
}

/** Only a fork has one, and formats before the second know none. */
function parentOf({ parent, parent_seq: seq }: Stored): Pick<About, "parent"> {
  return parent == null ? {} : { parent: { trace: parent, moment: Number(seq) } };
}
