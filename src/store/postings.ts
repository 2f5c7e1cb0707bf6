// postings.ts - the index of a trace: for each subject, the numbers of the events that change it.
//
// It is kept in segments of a fixed number of events. A segment's lists are made in memory and written once, some to a
// row and in the order of their key, so that recording pays some 0.05 us an event and a byte or two. Events that only
// observe a subject would double it; a search for these reads the events. An op names the events that begin and end it
// itself.

import type { Database, Statement } from "better-sqlite3";
import { PAGE_SIZE } from "../address.ts";
import { at, type Column } from "../event/field.ts";
import type { Cells } from "../event/row.ts";
import { type KindName, kindNames, kindsWhere } from "../event/vocabulary.ts";
import {
  addAllSeqs,
  addSeqs,
  type List,
  type ListRow,
  rowsOf,
  SEGMENT,
  type Subjects,
} from "./posting-bytes.ts";
import { build, columnsOf, prepare, prepareValue, run } from "./schema.ts";

/** Kinds that have a subject and leave it as it is. */
const observers = kindsWhere(({ effect }) => effect === "observes");
/** Kinds whose subject is an op. */
const ofOps: readonly KindName[] = ["op.began", "op.ended"];
const ATTRIBUTE = "attribute.changed";

/** Whether all events of these kinds are in the lists of their subjects. */
export const areIndexed = (wanted: readonly KindName[]): boolean =>
  !wanted.some((kind) => observers.includes(kind));

/** The lists, by their codes: wide ones hold those events of another that are about more than a page. */
export const lists = {
  /** By the subject's code: what changes it. */
  change: 0,
  changeWide: 1,
  /** By kernel-physical address: attributes of pages, which have no subject. */
  attribute: 2,
  attributeWide: 3,
} as const;
const LISTS = Object.keys(lists).length;

const KIND = at.kind;
const SIZE = at.size;
const bit = (column: Column): number => 1 << at[column];

/** By which column events of a kind are in the index; null for kinds that are not. */
function keyOf(kind: string): { list: number; column: number; bit: number } | null {
  const known = kindNames.find((name) => name === kind);
  if (known === ATTRIBUTE) return { list: lists.attribute, column: at.phys, bit: bit("phys") };
  if (known === undefined || observers.includes(known) || ofOps.includes(known)) return null;
  return { list: lists.change, column: at.subject, bit: bit("subject") };
}

/** One list of one segment while it grows: which subject each of its events has, subjects by their first event. */
class Growing {
  readonly #codes = new Map<number, number>();
  #subjects = new Uint32Array(1024);
  #seqs = new Uint32Array(1024);
  #count = 0;

  /** Hot: once for an event that changes a subject (bench: record). */
  add(subject: number, seq: number): void {
    if (this.#count === this.#seqs.length) this.#grow();
    let code = this.#codes.get(subject);
    if (code === undefined) {
      code = this.#codes.size;
      this.#codes.set(subject, code);
    }
    this.#subjects[this.#count] = code;
    this.#seqs[this.#count++] = seq;
  }

  /** Each subject's list, least subject first; it is empty after that. */
  *take(): Generator<List> {
    const codes = this.#subjects.subarray(0, this.#count);
    // Where the events of each code begin if they are in order, and where the last of all end.
    const ends = summedUp(countsOf(codes, this.#codes.size));
    const sorted = sortedBy(codes, ends, this.#seqs);
    for (const subject of Float64Array.from(this.#codes.keys()).sort()) {
      const code = this.#codes.get(subject)!;
      yield [subject, sorted.subarray(ends[code]!, ends[code + 1]!)];
    }
    this.#codes.clear();
    this.#count = 0;
  }

  #grow(): void {
    const [subjects, seqs] = [this.#subjects, this.#seqs];
    this.#subjects = new Uint32Array(2 * seqs.length);
    this.#subjects.set(subjects);
    this.#seqs = new Uint32Array(2 * seqs.length);
    this.#seqs.set(seqs);
  }
}

// Each loop is a function of its own: V8 makes code for one while it runs, and that is of no use for what stands behind it.

/** 0, and how many there are of each code. */
function countsOf(codes: Uint32Array, most: number): Uint32Array {
  const counts = new Uint32Array(most + 1);
  for (let i = 0; i < codes.length; i++) counts[codes[i]! + 1]!++;
  return counts;
}

/** Each with those before it. */
function summedUp(counts: Uint32Array): Uint32Array {
  for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
  return counts;
}

/** The events by their codes, those of one code in their order. */
function sortedBy(codes: Uint32Array, ends: Uint32Array, seqs: Uint32Array): Uint32Array {
  const begins = ends.slice();
  const sorted = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) sorted[begins[codes[i]!]!++] = seqs[i]!;
  return sorted;
}

/** Takes a row that is complete, whose bytes are good until the next. */
type Take = (segment: number, list: number, subject: number, lists: Buffer) => void;

/** Makes the index of a trace out of its events, and hands over the rows of a segment when it is complete. */
export class Postings {
  readonly #take: Take;
  readonly #keys: readonly ReturnType<typeof keyOf>[];
  readonly #lists = Array.from({ length: LISTS }, () => new Growing());
  /** The first segment's events are #1 to #262143. */
  #segment = 0;
  #last = 0;

  /** `kinds` by their codes in the trace. */
  constructor(kinds: readonly string[], take: Take) {
    this.#keys = kinds.map(keyOf);
    this.#take = take;
  }

  /** Takes the next event's row, which has a bit in `filled` for each column it fills. Hot: once an event. */
  see(seq: number, row: Cells, start: number, filled: number): void {
    const inSegment = seq % SEGMENT;
    if (inSegment === 0) this.#handOver(Math.floor(seq / SEGMENT));
    this.#last = seq;
    const key = this.#keys[row[start + KIND]!];
    if (key == null || (filled & key.bit) === 0) return;
    const subject = row[start + key.column]!;
    this.#lists[key.list]!.add(subject, inSegment);
    if ((filled & (1 << SIZE)) !== 0 && row[start + SIZE]! > PAGE_SIZE)
      this.#lists[key.list + 1]!.add(subject, inSegment);
  }

  /** Hands over what is left, once all events were seen, and gives the last of them. */
  end(): number {
    this.#handOver(this.#segment);
    return this.#last;
  }

  #handOver(next: number): void {
    for (const [list, growing] of this.#lists.entries())
      for (const row of rowsOf(growing.take())) this.#take(this.#segment, list, ...row);
    this.#segment = next;
  }
}

/** Writes the index, and how far it goes. */
export class PostingWriter extends Postings {
  readonly #database: Database;

  /** `kinds` by their codes in the trace. */
  constructor(database: Database, kinds: readonly string[]) {
    const posting = { segment: 0, list: 0, subject: 0, lists: Buffer.of() };
    const insert = prepare(database, build.insertInto("posting").values(posting));
    super(kinds, (...values) => insert.run(...values));
    this.#database = database;
  }

  override end(): number {
    const indexed = super.end();
    run(this.#database, build.updateTable("trace").set({ indexed }));
    return indexed;
  }
}

/** Whether a trace has an index of this form: formats before the twelfth have others, which are made anew. */
export const hasPostings = (database: Database): boolean =>
  columnsOf(database, "posting").includes("lists");

// The values stand for parameters.
const rowOf = build
  .selectFrom("posting")
  .select("lists")
  .where("segment", "=", 0)
  .where("list", "=", 0)
  .where("subject", "=", 0);
/** The bytes of a row, by its key. */
export const storedRow = (database: Database): Statement<unknown[], Buffer> =>
  prepareValue(database, rowOf);

/** Of the rows of a segment that begin with the first subject or before it the last: it has the subject, if any has. */
const holding = (columns: string, segment: string): string =>
  `(SELECT ${columns} FROM posting WHERE segment = ${segment} AND list = @list AND subject <= @first ` +
  "ORDER BY subject DESC LIMIT 1)";
// Looks into some segments at once, in the order of the list of their numbers; those without such a row give nothing.
// As one text: to hand over a list of some bytes takes the library 1.5 us, and as a part of a text 0.5 (bench: travel).
const holdingIn =
  `SELECT group_concat(value || ',' || ${holding("subject || ',' || hex(lists)", "value")}) ` +
  "FROM json_each(@segments)";
const between =
  "SELECT subject, hex(lists) FROM posting WHERE segment = @segment AND list = @list " +
  `AND subject BETWEEN coalesce(${holding("subject", "@segment")}, @first) AND @last`;
/**
 * Segments looked into at once: first one, then more and more for whoever goes on; as many as can be for who wants all
 * of a subject. Of many subjects each has too much.
 */
const FIRST_SEGMENTS = 1;
const SEGMENTS = 64;
const SEGMENTS_GROWTH = 8;

/** Which events are looked up: those of some subjects in a list. */
export interface Lookup extends Subjects {
  readonly list: number;
}

/** Which of these events: from one to another, both included, and whether that is all of the trace from the first on. */
export interface Searched {
  readonly from: number;
  readonly to: number;
  readonly backwards: boolean;
  readonly isAll: boolean;
}

export class PostingReader {
  readonly #one: Statement<unknown[], string | null>;
  readonly #some: Statement<unknown[], ListRow>;

  constructor(database: Database) {
    this.#one = database.prepare<unknown[], string | null>(holdingIn).pluck();
    this.#some = database.prepare<unknown[], ListRow>(between).raw();
  }

  /** The numbers of these events, in order or newest first. */
  *seqs(wanted: Lookup, { from, to, backwards, isAll }: Searched): Generator<number> {
    const [low, high] = [Math.floor(from / SEGMENT), Math.floor(to / SEGMENT)];
    const most = wanted.first === wanted.last ? SEGMENTS : 1;
    let size = isAll ? most : FIRST_SEGMENTS;
    for (let done = 0; done <= high - low; ) {
      const count = Math.min(size, high - low - done + 1);
      const first = backwards ? high - done - count + 1 : low + done;
      const found = this.#inSegments(wanted, first, count);
      const seqs = found.filter((seq) => seq >= from && seq <= to);
      yield* backwards ? seqs.reverse() : seqs;
      done += count;
      size = Math.min(most, size * SEGMENTS_GROWTH);
    }
  }

  /** The numbers in some segments that follow one another, in order. */
  #inSegments({ list, ...wanted }: Lookup, segment: number, count: number): number[] {
    const seqs: number[] = [];
    const { first, last } = wanted;
    if (first === last) {
      const segments = JSON.stringify(Array.from({ length: count }, (_, i) => segment + i));
      addAllSeqs(seqs, this.#one.get({ segments, list, first }) ?? "", wanted);
      return seqs;
    }
    for (const row of this.#some.all({ segment, list, first, last }))
      addSeqs(seqs, segment, row, wanted);
    return seqs.sort((a, b) => a - b);
  }
}
