// keyframes.ts - the keyframes of a trace as they are written: when one is due, and whether it is a whole one.
//
// Between whole ones stand those that hold only what changed since the one before. A whole one is written
// as soon as these have grown to its size: then a seek never reads more than twice what the state is, and the
// whole ones together take no more than the changes do, however large the state is.

import type { Database, Statement } from "better-sqlite3";
import type { Row } from "../event/row.ts";
import type { State } from "../machine/state.ts";
import { keyframeSum } from "./checksums.ts";
import { KeyframeWriter, keyframeForm } from "./keyframe-bytes.ts";
import { build, prepare, run } from "./schema.ts";
import { ZoneMap } from "./zone-map.ts";

/** Events between two keyframes: a seek folds half of them, in about 1 ms. */
export const SPACING = 2048;
/** How large the changes may grow together, as a part of the state they build on. */
const GROWTH = 1;

export class KeyframeRecorder {
  readonly #database: Database;
  readonly #insert: Statement<unknown[]>;
  readonly #writer = new KeyframeWriter();
  readonly #zone: ZoneMap;
  readonly #spacing: number;
  #last = 0;
  /** The whole keyframe that the next one builds on, its bytes and those of the changes since. */
  #base: { seq: number; bytes: number; changes: number } | null = null;

  /** `kinds` by their codes in the trace. */
  constructor(database: Database, kinds: readonly string[], spacing: number) {
    this.#database = database;
    this.#zone = new ZoneMap(kinds);
    this.#spacing = spacing;
    this.#insert = prepare(
      database,
      build.insertInto("keyframe").values({
        seq: 0,
        base: 0,
        kinds: 0,
        actors: 0,
        astray: 0,
        data: Buffer.of(),
        checksum: 0,
      }),
    );
  }

  /** Takes the next event's row, and the state after it; hot, once an event while recording. */
  see(seq: number, row: Row, start: number, filled: number, state: State): void {
    if (seq === 1) run(this.#database, build.updateTable("trace").set({ keyframes: keyframeForm }));
    this.#zone.row(row, start, filled);
    if (seq - this.#last >= this.#spacing) this.#write(seq, state);
  }

  /** Hot: once in `spacing` events, some 15 ns for each entry of a table that changed. */
  #write(seq: number, state: State): void {
    const bytes = this.#bytes(seq, state);
    for (const table of state.tables.values()) table.settle();
    const { kinds, actors, astray } = this.#zone.take();
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const base = this.#base!.seq;
    const sum = keyframeSum({ seq, base, kinds, actors, astray }, data);
    this.#insert.run(seq, base, kinds, actors, astray, data, sum);
    this.#last = seq;
  }

  #bytes(seq: number, state: State): Uint8Array {
    const base = this.#base;
    if (base !== null && base.changes <= GROWTH * base.bytes) {
      const bytes = this.#writer.changes(state);
      base.changes += bytes.length;
      return bytes;
    }
    const bytes = this.#writer.whole(state);
    this.#base = { seq, bytes: bytes.length, changes: 0 };
    return bytes;
  }
}
