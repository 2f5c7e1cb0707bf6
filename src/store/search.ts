// search.ts - finds events in a trace file, in order or newest first.
//
// By the index of subjects where one subject is asked for; else block by block, a block being the events between
// two keyframes, past those that hold no such event. What is not indexed is found all the same, by reading.

import type { Database, Statement } from "better-sqlite3";
import { columns, SUBJECT_FAMILIES } from "../event/field.ts";
import type { Row } from "../event/row.ts";
import type { Search } from "../event/trace.ts";
import { unprovenSql } from "../event/verdict.ts";
import type { Names } from "./digest.ts";
import { areIndexed, indexedSql } from "./indexes.ts";
import { accessCodes, bitsOf } from "./zone-map.ts";

const SEQ = columns.indexOf("seq");
/** Rows taken at once: first one, then more and more for whoever goes on. */
const FIRST_CHUNK = 1;
const CHUNK = 1024;
const CHUNK_GROWTH = 16;
/** Bytes of the file that are mapped into memory for look-ups: as far as SQLite goes. */
const MAPPED = 2 ** 31;

/** Rows come between two seqs, as many as there is room for. */
interface Found {
  readonly rows: Statement<unknown[]>;
  readonly given: readonly number[];
}

export class Finder {
  readonly #database: Database;
  readonly #names: Names;
  readonly #count: number;
  readonly #statements = new Map<string, Statement<unknown[]>>();
  readonly #hasBlocks: boolean;
  #isMapped = false;

  constructor(database: Database, names: Names, count: number) {
    this.#database = database;
    this.#names = names;
    this.#count = count;
    this.#hasBlocks =
      database
        .prepare("SELECT 1 FROM pragma_table_info('keyframe') WHERE name = 'kinds'")
        .pluck()
        .get() === 1;
  }

  /** The rows of the events looked for, a chunk at a time. */
  *find(wanted: Search): Generator<Row[]> {
    const [from, to] = [Math.max(wanted.from, 1), Math.min(wanted.to, this.#count)];
    const found = this.#rows(wanted);
    const byIndex = isLookup(wanted);
    if (byIndex) this.#map();
    const blocks = byIndex ? [[from, to] as const] : this.#blocks(wanted, from, to);
    let size = FIRST_CHUNK;
    for (const block of blocks) {
      let [first, last] = block;
      while (first <= last) {
        const rows = found.rows.all(...found.given, first, last, size) as Row[];
        if (rows.length > 0) yield rows;
        if (rows.length < size) break;
        const end = rows.at(-1)![SEQ]!;
        if (wanted.backwards) last = end - 1;
        else first = end + 1;
        size = Math.min(CHUNK, size * CHUNK_GROWTH);
      }
    }
  }

  /**
   * The events of a subject lie all over the file, a page each: half the time of a look-up would go into reading
   * pages. Who looks nothing up has none of the file counted as its memory.
   */
  #map(): void {
    if (this.#isMapped) return;
    this.#database.pragma(`mmap_size = ${MAPPED}`);
    this.#isMapped = true;
  }

  #rows(wanted: Search): Found {
    const { subject, subjects, phys, wide, kinds, actor, place, op, unproven, backwards } = wanted;
    const conditions: string[] = [];
    const given: number[] = [];
    const hold = (condition: string, ...values: number[]) => {
      conditions.push(condition);
      given.push(...values);
    };
    if (subject !== undefined) hold("subject = ?", subject);
    if (subjects !== undefined)
      hold(
        `subject BETWEEN ? AND ? AND subject % ${SUBJECT_FAMILIES} = ?`,
        ...[subjects.first, subjects.last, subjects.first % SUBJECT_FAMILIES],
      );
    if (wide) hold("size > 4096");
    if (phys !== undefined) hold("phys BETWEEN ? AND ?", phys.first, phys.last);
    if (kinds !== undefined) {
      const codes = this.#kindCodes(kinds);
      // An index of one kind is found by `=` alone.
      hold(codes.length === 1 ? `kind = ${codes[0]}` : `kind IN (${codes.join(", ")})`);
    }
    if (actor !== undefined) hold("actor = ?", this.#names.actors.indexOf(actor));
    if (place !== undefined) hold("place = ?", this.#names.places.indexOf(place));
    if (op !== undefined) hold("op = ?", op);
    if (unproven) hold(unprovenSql(accessCodes(this.#names.kinds)));
    const byIndex = isLookup(wanted);
    if (byIndex && phys === undefined) hold(indexedSql(this.#names.kinds));
    // The sign keeps SQLite from reading the stretch instead of looking a range up.
    hold(`${byIndex && subject === undefined ? "+" : ""}seq BETWEEN ? AND ?`);
    const rows = this.#statement(
      `SELECT ${columns.join(", ")} FROM event WHERE ${conditions.join(" AND ")} ` +
        `ORDER BY seq ${backwards ? "DESC" : ""} LIMIT ?`,
    ).raw();
    return { rows, given };
  }

  /** The blocks between two seqs that may hold such events, nearest first, as first and last seq. */
  *#blocks(wanted: Search, from: number, to: number): Generator<readonly [number, number]> {
    const conditions = this.#blockConditions(wanted);
    if (conditions.length === 0) {
      yield [from, to];
      return;
    }
    const holds = conditions.join(" AND ");
    const before = this.#statement("SELECT max(seq) FROM keyframe WHERE seq < ?").pluck();
    const start = (seq: number) => ((before.get(seq) as number | null) ?? 0) + 1;
    const last = this.#statement("SELECT max(seq) FROM keyframe").pluck().get() as number | null;
    const tail = [Math.max(from, (last ?? 0) + 1), to] as const;
    if (wanted.backwards) {
      yield tail;
      const next = this.#statement(
        `SELECT seq FROM keyframe WHERE seq <= ? AND ${holds} ORDER BY seq DESC LIMIT 1`,
      ).pluck();
      const over = this.#statement("SELECT min(seq) FROM keyframe WHERE seq >= ?").pluck();
      let at = over.get(to) as number | null;
      for (;;) {
        const end = (at === null ? next.get(to) : next.get(at)) as number | undefined;
        if (end === undefined || end < from) return;
        const first = start(end);
        yield [Math.max(from, first), Math.min(to, end)];
        at = first - 1;
      }
    }
    const next = this.#statement(
      `SELECT seq FROM keyframe WHERE seq >= ? AND ${holds} ORDER BY seq LIMIT 1`,
    ).pluck();
    for (let at = from; at <= to; ) {
      const end = next.get(at) as number | undefined;
      if (end === undefined) break;
      yield [Math.max(at, start(end)), Math.min(to, end)];
      at = end + 1;
    }
    yield tail;
  }

  #blockConditions({ kinds, actor, unproven }: Search): string[] {
    if (!this.#hasBlocks) return [];
    const conditions: string[] = [];
    if (kinds !== undefined) conditions.push(`kinds & ${bitsOf(this.#kindCodes(kinds))}`);
    if (actor !== undefined)
      conditions.push(`actors & ${bitsOf([this.#names.actors.indexOf(actor)])}`);
    if (unproven) conditions.push("astray");
    return conditions;
  }

  /** The codes of those kinds that the trace knows. */
  #kindCodes(kinds: readonly string[]): number[] {
    return kinds.map((kind) => this.#names.kinds.indexOf(kind)).filter((code) => code >= 0);
  }

  #statement(text: string): Statement<unknown[]> {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare<unknown[]>(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

/** Whether what is looked for is in an index; where the trace lacks it, it is found by reading. */
function isLookup({ subject, subjects, phys, kinds }: Search): boolean {
  if (phys !== undefined) return true;
  return (subject ?? subjects) !== undefined && kinds !== undefined && areIndexed(kinds);
}
