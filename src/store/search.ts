// search.ts - finds events in a trace file, in order or newest first.
//
// A search for the changes of a subject uses the index. Any other reads the events block by block and skips the
// blocks without such an event; a block is the events between two keyframes. So is a trace without an index.

import type { Database, Statement } from "better-sqlite3";
import { type Compilable, type SqlBool, sql } from "kysely";
import { bus, distance, offset, rawExact } from "../address.ts";
import { at, columns, families, SUBJECT_FAMILIES } from "../event/field.ts";
import type { Row } from "../event/row.ts";
import type { Search } from "../event/trace.ts";
import { MOST_BYTES } from "../event/valid.ts";
import { unprovenSql } from "../event/verdict.ts";
import type { Names } from "./digest.ts";
import { EventRows, stored } from "./event-rows.ts";
import type { OpSource } from "./op-source.ts";
import { areIndexed, type Lookup, lists, PostingReader } from "./postings.ts";
import { build, columnsOf, prepareValue } from "./schema.ts";
import { bitsOf } from "./zone-map.ts";

const SEQ = at.seq;
/** The code of ops among the families of subjects. */
const OP_FAMILY = families.indexOf("op");
/** Rows taken at once: first one, then more and more for whoever goes on; who asks for all takes many mostly. */
const FIRST_CHUNK = 1;
const FIRST_OF_ALL = 128;
const CHUNK = 1024;
const CHUNK_GROWTH = 4;
/** Bytes of the file that are mapped into memory for look-ups: as far as SQLite goes. */
const MAPPED = 2 ** 31;

const events = build.selectFrom("event").select(columns);
type EventQuery = typeof events;
/** The events of a list of numbers, which is the first parameter, in its order: a look-up for each, and no set of them. */
const listed = build
  .selectFrom(sql<{ listed: number }>`(SELECT value AS listed FROM json_each(${"[]"}))`.as("list"))
  .crossJoin("event")
  .whereRef("seq", "=", "listed")
  .select(columns) as unknown as EventQuery;

/** One condition of a search. Searches with the same keys share a statement and differ in their values. */
interface Condition {
  readonly key: string;
  /** Adds it to the query, any number standing for each of its parameters. */
  where(query: EventQuery): EventQuery;
  readonly values: readonly (number | bigint)[];
}

/** A condition without parameters: its text is its key. */
const fixed = (text: string): Condition => ({
  key: text,
  where: (query) => query.where(sql<SqlBool>`${sql.raw(text)}`),
  values: [],
});

/** A statement, and the values of the conditions among its parameters. */
interface Prepared {
  readonly rows: EventRows;
  readonly values: readonly (number | bigint)[];
}

// The values stand for parameters.
const keyframes = build.selectFrom("keyframe");
const lastKeyframe = keyframes.select(({ fn }) => fn.max("seq").as("seq"));
const lastBefore = lastKeyframe.where("seq", "<", 0);
const firstFrom = keyframes.select(({ fn }) => fn.min("seq").as("seq")).where("seq", ">=", 0);
const nextKeyframe = keyframes.select("seq").where("seq", ">=", 0).orderBy("seq").limit(1);
const previousKeyframe = keyframes
  .select("seq")
  .where("seq", "<=", 0)
  .orderBy("seq", "desc")
  .limit(1);

export class Finder {
  readonly #database: Database;
  readonly #names: Names;
  readonly #count: number;
  readonly #statements = new Map<string, EventRows>();
  readonly #seqs = new Map<string, Statement<unknown[], number | null>>();
  readonly #hasBlocks: boolean;
  readonly #ops: OpSource;
  /** Null where the trace has no index. */
  readonly #postings: PostingReader | null;
  /** Null once the file is mapped, or must not be. */
  #mapped: number | null = MAPPED;

  constructor(
    database: Database,
    names: Names,
    { count, indexed, ops }: { count: number; indexed: boolean; ops: OpSource },
  ) {
    this.#database = database;
    this.#names = names;
    this.#count = count;
    this.#ops = ops;
    this.#postings = indexed ? new PostingReader(database) : null;
    this.#hasBlocks = columnsOf(database, "keyframe").includes("kinds");
  }

  /** The rows of the events looked for, a chunk at a time. */
  *find(wanted: Search): Generator<Row[]> {
    const [from, to] = [Math.max(wanted.from, 1), Math.min(wanted.to, this.#count)];
    const lookup = lookupOf(wanted);
    if (this.#postings !== null && lookup !== null) {
      this.#map();
      const backwards = wanted.backwards === true;
      const isAll = from === 1 && to === this.#count && !backwards;
      const seqs = this.#postings.seqs(lookup, { from, to, backwards, isAll });
      yield* this.#fetch(wanted, seqs, isAll ? FIRST_OF_ALL : FIRST_CHUNK);
      return;
    }
    const { rows: between, values } = this.#between(wanted);
    let size = FIRST_CHUNK;
    for (const block of this.#boundsOfOp(wanted, from, to) ?? this.#blocks(wanted, from, to)) {
      let [first, last] = block;
      while (first <= last) {
        const rows = between.all(...values, first, last, size);
        if (rows.length > 0) yield rows;
        if (rows.length < size) break;
        const end = rows.at(-1)![SEQ]!;
        if (wanted.backwards) last = end - 1;
        else first = end + 1;
        size = Math.min(CHUNK, size * CHUNK_GROWTH);
      }
    }
  }

  /** Of the events of these numbers those that are wanted, a chunk at a time. */
  *#fetch(wanted: Search, seqs: Iterable<number>, first: number): Generator<Row[]> {
    const { rows: some, values } = this.#prepared("listed", wanted, listed);
    let size = first;
    let next: number[] = [];
    for (const seq of seqs) {
      if (next.push(seq) < size) continue;
      yield some.all(JSON.stringify(next), ...values);
      next = [];
      size = Math.min(CHUNK, size * CHUNK_GROWTH);
    }
    if (next.length > 0) yield some.all(JSON.stringify(next), ...values);
  }

  /**
   * The events of a subject lie all over the file, one to a page: reading pages would be half the time of a search
   * by index. Other searches do without, for a mapped file counts as the process's memory.
   */
  #map(): void {
    if (this.#mapped === null) return;
    this.#database.pragma(`mmap_size = ${this.#mapped}`);
    this.#mapped = null;
  }

  mapNothing(): void {
    this.#mapped = null;
  }

  /** Where the events of one op lie, which it names itself; null for any other search. */
  #boundsOfOp({ subject, backwards }: Search, from: number, to: number): [number, number][] | null {
    if (subject === undefined || subject % SUBJECT_FAMILIES !== OP_FAMILY) return null;
    const op = this.#ops.one(Math.floor(subject / SUBJECT_FAMILIES));
    const seqs = op === undefined ? [] : [op.first, op.last ?? op.first];
    const within = [...new Set(seqs)].filter((seq) => seq >= from && seq <= to);
    return (backwards ? within.reverse() : within).map((seq) => [seq, seq]);
  }

  /** The wanted events between two numbers, at most so many: the last three parameters. */
  #between(wanted: Search): Prepared {
    const direction = wanted.backwards ? "desc" : "asc";
    return this.#prepared(direction, wanted, events, (query) =>
      query.where("seq", ">=", 0).where("seq", "<=", 0).orderBy("seq", direction).limit(0),
    );
  }

  #prepared(
    how: string,
    wanted: Search,
    from: EventQuery,
    where = (query: EventQuery): EventQuery => query,
  ): Prepared {
    const conditions = this.#conditions(wanted);
    const key = [how, ...conditions.map(({ key }) => key)].join(" AND ");
    let rows = this.#statements.get(key);
    if (rows === undefined) {
      const query = conditions.reduce((query, condition) => condition.where(query), from);
      rows = new EventRows(this.#database, where(query), columns);
      this.#statements.set(key, rows);
    }
    return { rows, values: conditions.flatMap(({ values }) => values) };
  }

  /** All that an event must be, besides its number. */
  #conditions(wanted: Search): Condition[] {
    const { subject, subjects, phys, bus, wide, kinds, actor, place, op, unproven } = wanted;
    const conditions: Condition[] = [];
    const equal = (column: "subject" | "actor" | "place" | "op", value: number) =>
      conditions.push({
        key: column,
        where: (query) => query.where(column, "=", 0),
        values: [value],
      });
    if (subject !== undefined) equal("subject", subject);
    if (subjects !== undefined) conditions.push(subjectsBetween(subjects));
    if (wide) conditions.push(fixed("size > 4096"));
    if (bus !== undefined) conditions.push(busBetween(bus));
    if (phys !== undefined)
      conditions.push({
        key: "phys BETWEEN",
        where: (query) => query.where("phys", ">=", 0).where("phys", "<=", 0),
        values: [phys.first, phys.last],
      });
    if (kinds !== undefined) {
      const codes = this.#kindCodes(kinds);
      conditions.push(fixed(`kind IN (${codes.join(", ")})`));
    }
    if (actor !== undefined) equal("actor", this.#names.actors.indexOf(actor));
    if (place !== undefined) equal("place", this.#names.places.indexOf(place));
    if (op !== undefined) equal("op", op);
    if (unproven) conditions.push(fixed(unprovenSql(this.#names.kinds)));
    return conditions;
  }

  /** The blocks between two seqs that may hold such events, nearest first, as first and last seq. */
  *#blocks(wanted: Search, from: number, to: number): Generator<readonly [number, number]> {
    const holds = this.#blockCondition(wanted);
    if (holds === null) {
      yield [from, to];
      return;
    }
    const where = sql<SqlBool>`${sql.raw(holds)}`;
    const before = this.#seq("before", () => lastBefore);
    const start = (seq: number) => (before.get(seq) ?? 0) + 1;
    const last = this.#seq("last", () => lastKeyframe).get() ?? 0;
    const tail = [Math.max(from, last + 1), to] as const;
    if (wanted.backwards) {
      yield tail;
      const previous = this.#seq(`previous ${holds}`, () => previousKeyframe.where(where));
      for (let at = this.#seq("from", () => firstFrom).get(to) ?? to; ; ) {
        const end = previous.get(at, 1);
        if (end == null || end < from) return;
        const first = start(end);
        yield [Math.max(from, first), Math.min(to, end)];
        at = first - 1;
      }
    }
    const next = this.#seq(`next ${holds}`, () => nextKeyframe.where(where));
    for (let at = from; at <= to; ) {
      const end = next.get(at, 1);
      if (end == null) break;
      yield [Math.max(at, start(end)), Math.min(to, end)];
      at = end + 1;
    }
    yield tail;
  }

  /** What the keyframe at a block's end says of it, if it has such an event; null where every block may. */
  #blockCondition({ kinds, actor, unproven }: Search): string | null {
    if (!this.#hasBlocks) return null;
    const conditions: string[] = [];
    if (kinds !== undefined) conditions.push(`kinds & ${bitsOf(this.#kindCodes(kinds))}`);
    if (actor !== undefined)
      conditions.push(`actors & ${bitsOf([this.#names.actors.indexOf(actor)])}`);
    if (unproven) conditions.push("astray");
    return conditions.length === 0 ? null : conditions.join(" AND ");
  }

  /** A statement that gives the seq of a keyframe, compiled once for its key. */
  #seq(
    key: string,
    query: () => Compilable<{ seq: number | null }>,
  ): Statement<unknown[], number | null> {
    let statement = this.#seqs.get(key);
    if (statement === undefined) {
      statement = prepareValue(this.#database, query());
      this.#seqs.set(key, statement);
    }
    return statement;
  }

  /** The codes of those kinds that the trace knows. */
  #kindCodes(kinds: readonly string[]): number[] {
    return kinds.map((kind) => this.#names.kinds.indexOf(kind)).filter((code) => code >= 0);
  }
}

const subjectsBetween = ({ first, last }: { first: number; last: number }): Condition => ({
  key: "subject BETWEEN",
  where: (query) =>
    query.where(
      sql<SqlBool>`subject BETWEEN ${0} AND ${0} AND subject % ${sql.lit(SUBJECT_FAMILIES)} = ${0}`,
    ),
  values: [first, last, first % SUBJECT_FAMILIES],
});

/**
 * What begins between two bus addresses, or so far before them that it can reach them. SQLite's integers are signed:
 * those from 2^63 on are below zero, and ordered among themselves.
 */
function busBetween({ first, last }: NonNullable<Search["bus"]>): Condition {
  const from = offset(first, -Math.min(distance(bus(0), first), MOST_BYTES));
  // A column holds integers, whatever they are of.
  const [low, high] = [stored(BigInt(rawExact(from))), stored(BigInt(rawExact(last)))];
  const both = low <= high ? "AND" : "OR";
  return {
    key: `bus ${both}`,
    where: (query) => query.where(sql<SqlBool>`(bus >= ${0} ${sql.raw(both)} bus <= ${0})`),
    values: [low, high],
  };
}

/** Where the index has these events; null where it has not. */
function lookupOf({ subject, subjects, phys, kinds, wide = false }: Search): Lookup | null {
  if (kinds === undefined || !areIndexed(kinds)) return null;
  const [change, attribute] = wide
    ? [lists.changeWide, lists.attributeWide]
    : [lists.change, lists.attribute];
  const range = subjects ?? (subject === undefined ? null : { first: subject, last: subject });
  if (range !== null && range.first % SUBJECT_FAMILIES !== OP_FAMILY)
    return { list: change, ...range, step: SUBJECT_FAMILIES };
  return phys === undefined || kinds.some((kind) => kind !== "attribute.changed")
    ? null
    : { list: attribute, ...phys, step: 1 };
}
