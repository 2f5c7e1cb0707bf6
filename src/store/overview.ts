// overview.ts - a trace from afar: what stands beside its events, and counts that SQLite makes of them.

import type { Database, Statement } from "better-sqlite3";
import { SUBJECT_FAMILIES } from "../event/field.ts";
import { type ListRow, subjectsIn } from "./posting-bytes.ts";
import { lists } from "./postings.ts";
import { columnsOf } from "./schema.ts";

/** Events between two keyframes: which kinds and actors they have, bit n for code n of the trace. */
export interface Zone {
  readonly from: number;
  readonly to: number;
  readonly kinds: number;
  readonly actors: number;
}

/** Whether a set of codes has one. */
export const hasBit = (bits: number, code: number): boolean =>
  Math.floor(bits / 2 ** code) % 2 === 1;

/** How many there are of something in a stretch of 2^shift events. */
type Count = [bin: number, code: number, count: number];

export class Overview {
  readonly #database: Database;
  readonly #hasZones: boolean;
  readonly #actors: Statement<unknown[], Count>;
  readonly #actorsOf: Statement<unknown[], number>;

  constructor(database: Database) {
    this.#database = database;
    this.#hasZones = columnsOf(database, "keyframe").includes("kinds");
    this.#actors = database
      .prepare<unknown[], Count>(
        `SELECT (seq - 1) >> ?, actor, count(*) FROM event
         WHERE seq BETWEEN ? AND ? GROUP BY 1, 2`,
      )
      .raw();
    this.#actorsOf = database
      .prepare<unknown[], number>("SELECT actor FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq")
      .pluck();
  }

  /** In order; none where the trace has no keyframes. */
  zones(): Zone[] {
    if (!this.#hasZones) return [];
    const zones = this.#database
      .prepare<unknown[], [to: number, kinds: number, actors: number]>(
        "SELECT seq, kinds, actors FROM keyframe ORDER BY seq",
      )
      .raw()
      .all();
    return zones.map(([to, kinds, actors], i) => {
      const from = (zones[i - 1]?.[0] ?? 0) + 1;
      return { from, to, kinds, actors };
    });
  }

  /** How many events of which actor lie in each 2^shift of those from one to another; some 0.5 us an event. */
  actors(shift: number, from: number, to: number): Count[] {
    return this.#actors.all(shift, from, to);
  }

  /** The actors of the events from one to another, in order. */
  actorsOf(from: number, to: number): number[] {
    return this.#actorsOf.all(from, to);
  }

  /** How many ops begin in each 2^shift of the events from one to another. */
  ops(shift: number, from: number, to: number): [bin: number, count: number][] {
    return this.#bins("op", "first_seq", [shift, from, to]);
  }

  /** How many are wrong, by a trace that was judged. */
  wrong(shift: number, from: number, to: number): [bin: number, count: number][] {
    return this.#bins("wrong_event", "seq", [shift, from, to]);
  }

  #bins(table: string, seq: string, values: number[]): [bin: number, count: number][] {
    return this.#database
      .prepare<unknown[], [bin: number, count: number]>(
        `SELECT (${seq} - 1) >> ?, count(*) FROM ${table} WHERE ${seq} BETWEEN ? AND ? GROUP BY 1`,
      )
      .raw()
      .all(...values);
  }

  /** Some columns of the events of a kind, by its code; some 0.2 us for an event that is looked at. */
  ofKind(kind: number, from: number, to: number): Fact[] {
    return this.#database
      .prepare<unknown[], Fact>(
        "SELECT seq, subject, size, bus FROM event WHERE seq BETWEEN ? AND ? AND kind = ?",
      )
      .all(from, to, kind);
  }

  /**
   * Which blocks of 2^shift subjects are ever changed, as the first subject of each: by the lists of an indexed trace,
   * in a fraction of a second for ten million events.
   */
  blocksChanged(shift: number): number[] {
    const rows = this.#database
      .prepare<[], ListRow>(`SELECT subject, hex(lists) FROM posting WHERE list = ${lists.change}`)
      .raw();
    const blocks = new Set<number>();
    for (const row of rows.iterate())
      for (const subject of subjectsIn(row)) blocks.add(blockOf(subject, shift));
    return [...blocks];
  }

  /** The same by the events from one to another themselves. */
  blocksOf(shift: number, from: number, to: number): number[] {
    const statement = this.#database
      .prepare<unknown[], [block: number, family: number]>(
        `SELECT DISTINCT subject >> ?, subject & ${SUBJECT_FAMILIES - 1} FROM event
         WHERE seq BETWEEN ? AND ? AND subject IS NOT NULL`,
      )
      .raw();
    return statement
      .all(shift + Math.log2(SUBJECT_FAMILIES), from, to)
      .map(([block, family]) => block * 2 ** shift * SUBJECT_FAMILIES + family);
  }
}

/** The first subject of the block of 2^shift that a subject is in. */
function blockOf(subject: number, shift: number): number {
  const size = 2 ** shift * SUBJECT_FAMILIES;
  return Math.floor(subject / size) * size + (subject % SUBJECT_FAMILIES);
}

/** What is wanted of an event. */
interface Fact {
  readonly seq: number;
  readonly subject: number | null;
  readonly size: number | null;
  readonly bus: number | null;
}
