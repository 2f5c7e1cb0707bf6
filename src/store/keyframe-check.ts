// keyframe-check.ts - are the keyframes of a trace those that its replay gives, byte by byte?

import type { Database, Statement } from "better-sqlite3";
import type { Row } from "../event/row.ts";
import type { State } from "../machine/state.ts";
import type { KeyframeFacts } from "./checksums.ts";
import { inflated } from "./deflated.ts";
import { KeyframeWriter } from "./keyframe-bytes.ts";
import { build, prepare, prepareValue } from "./schema.ts";
import { ZoneMap } from "./zone-map.ts";

interface StoredKeyframe extends KeyframeFacts {
  readonly data: Buffer;
}

// The value stands for a parameter.
const after = build.selectFrom("keyframe").selectAll().where("seq", ">", 0).orderBy("seq").limit(1);
const all = build.selectFrom("keyframe").select(({ fn }) => fn.countAll<number>().as("n"));

export class KeyframeCheck {
  /** How many keyframes agree with the replay. */
  #agreed = 0;
  /** The moment of the first one that does not. */
  #wrong: number | null = null;
  readonly #after: Statement<unknown[], StoredKeyframe>;
  readonly #all: number;
  readonly #writer = new KeyframeWriter();
  readonly #zone: ZoneMap;
  #base = 0;
  #next: StoredKeyframe | undefined;

  /** `kinds` by their codes in the trace. */
  constructor(database: Database, kinds: readonly string[]) {
    this.#after = prepare(database, after);
    this.#zone = new ZoneMap(kinds);
    this.#all = prepareValue(database, all).get() ?? 0;
    this.#next = this.#after.get(0, 1);
  }

  /** Takes the next event's row and the state after it. */
  see(seq: number, row: Row, filled: number, state: State): void {
    if (this.#wrong !== null) return;
    this.#zone.row(row, 0, filled);
    const next = this.#next;
    if (next === undefined || seq < next.seq) return;
    if (!this.#isSame(next, state)) this.#wrong = next.seq;
    else this.#agreed++;
    for (const table of state.tables.values()) table.settle();
    this.#next = this.#after.get(next.seq, 1);
  }

  /** Behind the last event: a keyframe past it is none of the trace. */
  end(): { readonly agreed: number; readonly wrong: number | null } {
    if (this.#agreed !== this.#all) this.#wrong ??= this.#next?.seq ?? 0;
    return { agreed: this.#agreed, wrong: this.#wrong };
  }

  #isSame(stored: StoredKeyframe, state: State): boolean {
    const { seq, base, kinds, actors, astray, data } = stored;
    const zone = this.#zone.take();
    const isWhole = base === seq;
    if (!isWhole && base !== this.#base) return false;
    this.#base = base;
    const bytes = isWhole ? this.#writer.whole(state) : this.#writer.changes(state);
    return (
      zone.kinds === kinds &&
      zone.actors === actors &&
      zone.astray === astray &&
      data instanceof Uint8Array &&
      inflated(data, stored.inflated ?? null)?.equals(bytes) === true
    );
  }
}
