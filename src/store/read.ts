// read.ts - a trace file as it was recorded: what it says of itself, its events, its ops.

import type { Database, Statement } from "better-sqlite3";
import { sql } from "kysely";
import { chipsetCalled } from "../chipset/index.ts";
import { columns, type Facts, SUBJECT_FAMILIES } from "../event/field.ts";
import { filledOf, type Row, RowReader, type Texts } from "../event/row.ts";
import type { About } from "../event/trace.ts";
import { type KindName, kindNames, type Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { Signature } from "../machine/signature.ts";
import { Digest, type Names } from "./digest.ts";
import { openFile } from "./open.ts";
import { build, prepare, type TraceRow } from "./schema.ts";

/** An op: what was asked for, what came of it, and the events it spans. */
export interface OpRow {
  readonly op: number;
  readonly name: string;
  readonly arguments: Facts;
  /** Null where the trace holds no end of it. */
  readonly result: Facts | null;
  readonly first: number;
  readonly last: number | null;
}

/** Rows taken from SQLite at once: 1.35 us a row; one at a time by a cursor, it is 1.65. */
const CHUNK = 1024;

const SEQ = columns.indexOf("seq");
const KIND = columns.indexOf("kind");
const OP = columns.indexOf("op");
const SUBJECT = columns.indexOf("subject");
const opOf = (row: Row): number => Math.floor(row[SUBJECT]! / SUBJECT_FAMILIES);
const NO_TEXTS: Texts = {};

// The values stand for parameters.
const eventsBetween = build
  .selectFrom("event")
  .select(columns)
  .where("seq", ">=", 0)
  .where("seq", "<=", 0)
  .orderBy("seq");
const notesBetween = build
  .selectFrom("note")
  .select(["seq", "text"])
  .where("seq", ">=", 0)
  .where("seq", "<=", 0)
  .orderBy("seq");
const opsNamed = build
  .selectFrom("op")
  .select(["op", "name", "arguments", "result"])
  .where(sql<boolean>`op IN (SELECT value FROM json_each(${"[]"}))`);
const allOps = build
  .selectFrom("op")
  .select(["op", "name", "arguments", "result", "first_seq", "last_seq"])
  .orderBy("op");
const signatures = build
  .selectFrom("op")
  .select(["op", "signature"])
  .where("signature", "is not", null)
  .orderBy("last_seq");
type NoteFields = [seq: number, text: string];
type OpTexts = [name: string, arguments: string, result: string | null];
type OpFields = [number, ...OpTexts, first: number, last: number | null];

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
  readonly #database: Database;
  readonly #names: Names;
  /** The trace's code of a kind -> this program's. */
  readonly #kindCodes: readonly number[];
  readonly #rows: RowReader;
  readonly #events: Statement<unknown[]>;
  readonly #notes: Statement<unknown[]>;
  readonly #ops: Statement<unknown[]>;
  readonly #began: number;
  readonly #ended: number;

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

  private constructor(path: string, database: Database) {
    this.#database = database;
    const trace = database.prepare("SELECT * FROM trace").safeIntegers().get() as {
      [C in keyof TraceRow]: TraceRow[C] extends number ? bigint : TraceRow[C];
    };
    this.about = {
      platform: trace.platform,
      hooks: trace.hooks,
      chipset: trace.chipset,
      workload: trace.workload,
      operations: trace.operations,
      seed: Number(trace.seed),
      options: JSON.parse(trace.options),
      virtBase: BigInt.asUintN(64, trace.virt_base),
      physIsMachine: trace.phys_is_machine === 1n,
      source: trace.source,
      origin: trace.origin,
    };
    this.version = trace.gartrace;
    this.torn = trace.finished !== 1n;
    this.digest = trace.digest;
    this.count = database
      .prepare("SELECT coalesce(max(seq), 0) FROM event")
      .pluck()
      .get() as number;
    this.#names = {
      kinds: this.#named("kind"),
      actors: this.#named("actor"),
      places: this.#named("place"),
    };
    const stranger = this.#names.kinds.find((kind) => !kindNames.some((known) => known === kind));
    if (stranger !== undefined)
      throw new UserError(
        `${path} has events of a kind '${stranger}' that this gartrace does not know; ` +
          "update gartrace",
      );
    this.#kindCodes = this.#names.kinds.map((kind) => kindNames.indexOf(kind as KindName));
    this.#rows = new RowReader(this.#names);
    this.#events = prepare(database, eventsBetween).raw();
    this.#notes = prepare(database, notesBetween).raw();
    this.#ops = prepare(database, opsNamed).raw();
    this.#began = this.#names.kinds.indexOf("op.began");
    this.#ended = this.#names.kinds.indexOf("op.ended");
  }

  /** The events from `from` to `to`, in order and one at a time; about 1.7 us an event. */
  *events(from = 1, to = Number.POSITIVE_INFINITY): Generator<Recorded> {
    for (const { row, texts } of this.#stored(from, to)) yield this.#rows.decode(row, texts);
  }

  /** One event; undefined where the trace has none of that number. */
  event(seq: number): Recorded | undefined {
    for (const recorded of this.events(seq, seq)) return recorded;
    return undefined;
  }

  *ops(): Generator<OpRow> {
    const rows = prepare(this.#database, allOps).raw().iterate() as IterableIterator<OpFields>;
    for (const [op, name, args, result, first, last] of rows)
      yield {
        op,
        name,
        arguments: JSON.parse(args),
        result: result === null ? null : JSON.parse(result),
        first,
        last,
      };
  }

  /** The digest of what is stored; not `digest` where the file was changed after its recording. */
  recomputeDigest(): string {
    const digest = new Digest();
    for (const { row, texts } of this.#stored(1, this.count)) {
      digest.row(row, 0, filledOf(row));
      digest.texts(row[SEQ]!, texts);
    }
    return digest.end(this.#names);
  }

  /** The first op whose signature is not that of its events; null where all are, or have none. */
  firstWrongSignature(): number | null {
    const signature = new Signature(chipsetCalled(this.about.chipset));
    const signed = prepare(this.#database, signatures).raw().all() as [number, string][];
    let next = 0;
    for (const { row, texts } of this.#stored(1, this.count)) {
      const kind = row[KIND]!;
      if (kind === this.#began) signature.began();
      else if (kind !== this.#ended) {
        row[KIND] = this.#kindCodes[kind]!;
        signature.row(row, 0, filledOf(row), row[OP] ?? -1, texts.note);
      } else if (signed[next]?.[0] === opOf(row)) {
        if (signature.ended(JSON.parse(texts.op!.result!)) !== signed[next]![1]) return opOf(row);
        next++;
      }
    }
    return null;
  }

  close(): void {
    this.#database.close();
  }

  /** Rows with their texts, a chunk at a time: its rows, its notes and its ops, merged. */
  *#stored(from: number, to: number): Generator<{ row: Row; texts: Texts }> {
    const end = Math.min(to, this.count);
    for (let first = Math.max(from, 1); first <= end; first += CHUNK) {
      const last = Math.min(first + CHUNK - 1, end);
      const rows = this.#events.all(first, last) as Row[];
      const notes = this.#notes.all(first, last) as NoteFields[];
      const ops = this.#opsOf(rows);
      let next = 0;
      for (const row of rows) {
        const note = notes[next];
        if (note !== undefined && note[0] === row[SEQ]) {
          next++;
          yield { row, texts: { note: note[1] } };
        } else yield { row, texts: this.#textsOfOp(row, ops) };
      }
    }
  }

  /** The texts of the ops that begin or end in these rows. */
  #opsOf(rows: readonly Row[]): ReadonlyMap<number, OpTexts> {
    const wanted = rows.filter((row) => this.#isOpEvent(row)).map(opOf);
    if (wanted.length === 0) return new Map();
    const found = this.#ops.all(JSON.stringify(wanted)) as [op: number, ...OpTexts][];
    return new Map(found.map(([op, ...texts]) => [op, texts]));
  }

  /** What `textsOf` said of the event when it was recorded, where it begins or ends an op. */
  #textsOfOp(row: Row, ops: ReadonlyMap<number, OpTexts>): Texts {
    if (!this.#isOpEvent(row)) return NO_TEXTS;
    const texts = ops.get(opOf(row));
    if (texts === undefined) return NO_TEXTS;
    const [name, args, result] = texts;
    return row[KIND] === this.#began
      ? { op: { name, arguments: args, result: null } }
      : { op: { name: "", arguments: "", result } };
  }

  #isOpEvent(row: Row): boolean {
    return row[KIND] === this.#began || row[KIND] === this.#ended;
  }

  #named(table: "kind" | "actor" | "place"): string[] {
    const names = build.selectFrom(table).select("name").orderBy("code");
    return prepare(this.#database, names).pluck().all() as string[];
  }
}
