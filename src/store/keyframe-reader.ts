// keyframe-reader.ts - the keyframes of a trace as they are read: the nearest whose bytes are as they were written.

import type { Database, Statement } from "better-sqlite3";
import type { State } from "../machine/state.ts";
import { hasChecksums, keyframeSum } from "./checksums.ts";
import { inflated } from "./deflated.ts";
import { keyframeForm, readKeyframe } from "./keyframe-bytes.ts";
import { build, columnsOf, prepareList, prepareValue } from "./schema.ts";

const columns = ["seq", "base", "kinds", "actors", "astray", "data"] as const;
/** What the formats before the eighth and before the twelfth lack. */
const later = ["checksum", "inflated"] as const;
type Fields = [
  seq: number,
  base: number,
  kinds: number,
  actors: number,
  astray: number,
  data: Buffer,
  checksum?: number | null,
  inflated?: number | null,
];

// The values stand for parameters.
const baseBefore = build
  .selectFrom("keyframe")
  .select("base")
  .where("seq", "<=", 0)
  .orderBy("seq", "desc")
  .limit(1);
const between = build
  .selectFrom("keyframe")
  .where("seq", ">=", 0)
  .where("seq", "<=", 0)
  .orderBy("seq");

export class KeyframeReader {
  /** Whether there are any, in a form that this program reads. */
  readonly known: boolean;
  /** The moment of the first keyframe met whose bytes are others than were written; null for none. */
  damagedAt: number | null = null;
  /** Traces of older formats have keyframes without checksums. */
  readonly #checked: boolean;
  readonly #base: Statement<unknown[], number> | null = null;
  readonly #between: Statement<unknown[], Fields> | null = null;

  constructor(database: Database) {
    this.known = formOf(database) === keyframeForm;
    this.#checked = hasChecksums(database);
    if (!this.known) return;
    this.#base = prepareValue(database, baseBefore);
    const known = columnsOf(database, "keyframe");
    const read = [...columns, ...later.filter((column) => known.includes(column))];
    this.#between = prepareList(database, between.select(read), read) as Statement<
      unknown[],
      Fields
    >;
  }

  /**
   * Brings a new state to the latest keyframe up to this moment and gives its moment; 0 where there is none. One
   * that is damaged is passed over, with those that build on it.
   */
  restore(state: State, moment: number): number {
    for (let last = moment; last > 0; ) {
      const base = this.#base?.get(last, 1);
      if (base === undefined) return 0;
      const good = this.#readFrom(state, base, last);
      if (good > 0) return good;
      // A base that is not below is itself part of the damage.
      last = Math.min(base, last) - 1;
    }
    return 0;
  }

  /** Reads a whole keyframe and those that build on it, as far as they are good; 0 where not even the first one is. */
  #readFrom(state: State, base: number, last: number): number {
    let good = 0;
    for (const fields of this.#between!.iterate(base, last)) {
      const [seq, of] = fields;
      const data = this.#dataOf(fields);
      if (of !== base || (good === 0 && seq !== base) || data === null) {
        this.#damaged(seq);
        break;
      }
      if (!readKeyframe(data, state)) {
        this.#damaged(seq);
        good = 0;
        break;
      }
      good = seq;
    }
    if (good === 0) empty(state);
    state.moment = good;
    return good;
  }

  /** Null where they are not as they were written. */
  #dataOf([seq, base, kinds, actors, astray, data, checksum, bytes = null]: Fields): Buffer | null {
    if (!(data instanceof Uint8Array)) return null;
    const facts = { seq, base, kinds, actors, astray, inflated: bytes };
    if (this.#checked && keyframeSum(facts, data) !== checksum) return null;
    return inflated(data, bytes);
  }

  #damaged(seq: number): void {
    this.damagedAt = Math.min(this.damagedAt ?? seq, seq);
  }
}

function empty(state: State): void {
  for (const table of state.tables.values()) {
    table.clear();
    table.settle();
  }
  state.op = -1;
}

/** The form of the keyframes; null where there are none. The first format of a trace had no such column. */
const formOf = (database: Database): string | null =>
  columnsOf(database, "trace").includes("keyframes")
    ? (prepareValue(database, build.selectFrom("trace").select("keyframes")).get() ?? null)
    : null;
