// texts.ts - what of an event stands outside its row: notes, and what an op was asked for and gave.

import type { Database, Statement } from "better-sqlite3";
import { at, SUBJECT_FAMILIES } from "../event/field.ts";
import type { Row, Texts } from "../event/row.ts";
import { type KindName, kindsWhere } from "../event/vocabulary.ts";
import type { OpSource } from "./op-source.ts";
import { columnsOf } from "./schema.ts";
import { Unshaper } from "./unshaper.ts";

const SEQ = at.seq;
const KIND = at.kind;
const SUBJECT = at.subject;

type NoteFields = [seq: number, text: string];
type StoredNote = [seq: number, shape: string | null, values: string | number | null];

// Older formats have the texts themselves where later ones have values of no shape.
const notes = (coded: boolean): string =>
  coded
    ? 'SELECT n.seq, s.text, n."values" FROM note n LEFT JOIN shape s ON s.code = n.shape'
    : "SELECT n.seq, NULL, n.text FROM note n";
interface OpTexts {
  readonly name: string;
  readonly arguments: string;
}
const NO_TEXTS: Texts = {};
const noted = kindsWhere(({ fields }) =>
  Object.values(fields).some((field) => field.in === "note"),
);
const hasNone = (): Texts => NO_TEXTS;

/** The op that a row begins or ends. */
export const opOf = (row: Row): number => Math.floor(row[SUBJECT]! / SUBJECT_FAMILIES);

export class RowTexts {
  readonly #notes: Statement<unknown[], StoredNote>;
  readonly #between: Statement<unknown[], StoredNote>;
  readonly #unshaper = new Unshaper();
  readonly #ops: OpSource;
  /** By kind: whether it can have a note. */
  readonly #noted: readonly boolean[];
  readonly #began: number;
  readonly #ended: number;

  /** `kinds` by their codes in the trace. */
  constructor(database: Database, kinds: readonly string[], ops: OpSource) {
    // They are kept as codes since the twelfth format.
    const all = notes(columnsOf(database, "note").includes("shape"));
    const select = (which: string) =>
      database.prepare<unknown[], StoredNote>(`${all} WHERE n.seq ${which}`).raw();
    this.#notes = select("IN (SELECT value FROM json_each(?))");
    this.#between = select("BETWEEN ? AND ? ORDER BY n.seq");
    this.#ops = ops;
    this.#noted = kinds.map((kind) => noted.includes(kind as KindName));
    this.#began = kinds.indexOf("op.began");
    this.#ended = kinds.indexOf("op.ended");
  }

  /** A function from each of these rows to its texts; most rows are of kinds without texts. */
  of(rows: readonly Row[]): (row: Row) => Texts {
    const notes = this.#notesOf(rows);
    const ops = this.#opsOf(rows);
    if (notes.size === 0 && ops.size === 0) return hasNone;
    return (row) => {
      const note = notes.get(row[SEQ]!);
      return note === undefined ? this.#textsOfOp(row, ops) : { note };
    };
  }

  /** All notes from one seq to another, both included. */
  notesBetween(first: number, last: number): NoteFields[] {
    return this.#between.all(first, last).map((note) => this.#noteOf(note));
  }

  /** The notes of those rows whose kind can have one, by seq. */
  #notesOf(rows: readonly Row[]): ReadonlyMap<number, string> {
    const wanted = rows.filter((row) => this.#noted[row[KIND]!]).map((row) => row[SEQ]!);
    if (wanted.length === 0) return new Map();
    return new Map(this.#notes.all(JSON.stringify(wanted)).map((note) => this.#noteOf(note)));
  }

  #noteOf([seq, shape, values]: StoredNote): NoteFields {
    return [seq, this.#unshaper.text(shape, values === null ? null : `${values}`)];
  }

  /** The texts of the ops that begin or end in these rows. */
  #opsOf(rows: readonly Row[]): ReadonlyMap<number, OpTexts> {
    const wanted = rows.filter((row) => this.#isOpEvent(row)).map(opOf);
    if (wanted.length === 0) return new Map();
    return new Map(this.#ops.some(wanted).map((fields) => [fields.op, fields]));
  }

  /** The same texts that `textsOf` gave when an event that begins or ends an op was recorded. */
  #textsOfOp(row: Row, ops: ReadonlyMap<number, OpTexts>): Texts {
    if (!this.#isOpEvent(row)) return NO_TEXTS;
    const op = opOf(row);
    const texts = ops.get(op);
    if (texts === undefined) return NO_TEXTS;
    return row[KIND] === this.#began
      ? { op: { name: texts.name, arguments: texts.arguments, result: null } }
      : { op: { name: "", arguments: "", result: this.#ops.result(op) } };
  }

  #isOpEvent(row: Row): boolean {
    return row[KIND] === this.#began || row[KIND] === this.#ended;
  }
}
