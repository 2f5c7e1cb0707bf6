// keyframes.ts - the keyframes of a trace as they are written: when one is due, and whether it is a whole one.
//
// Between whole ones stand those that hold only what changed since the one before. A whole one is written
// as soon as these have grown to half its size: then a seek never reads much more than the state is, and the
// whole ones together take no more than twice what the changes do, however large the state is.

import type { Database, Statement } from "better-sqlite3";
import type { Cells } from "../event/row.ts";
import type { State } from "../machine/state.ts";
import { keyframeSum } from "./checksums.ts";
import { KeyframeWriter, keyframeForm } from "./keyframe-bytes.ts";
import { build, prepare, run } from "./schema.ts";
import { ZoneMap } from "./zone-map.ts";

/** Events between two keyframes: a seek folds half of them, in about 1 ms (bench: travel), and each costs (bench: record). */
export const SPACING = 2048;
/** How large the changes may grow together, as a part of the state they build on. */
const GROWTH = 0.5;

/** A keyframe as it stands in the file, but for its checksum. */
export interface Keyframe {
  /** The event after which the state is this. */
  readonly seq: number;
  /** The whole keyframe that this one's changes build on; its own seq for a whole one. */
  readonly base: number;
  readonly kinds: number;
  readonly actors: number;
  readonly astray: number;
  readonly data: Uint8Array;
}

/** Where keyframes go. */
export interface KeyframeSink {
  /** The trace has keyframes, or will have them once it is long enough. */
  begin(): void;
  add(keyframe: Keyframe): void;
}

/** Writes them into the file. */
export class KeyframeInsert implements KeyframeSink {
  readonly #database: Database;
  readonly #insert: Statement<unknown[]>;

  constructor(database: Database) {
    this.#database = database;
    const row = { seq: 0, base: 0, kinds: 0, actors: 0, astray: 0, data: Buffer.of(), checksum: 0 };
    this.#insert = prepare(database, build.insertInto("keyframe").values(row));
  }

  begin(): void {
    run(this.#database, build.updateTable("trace").set({ keyframes: keyframeForm }));
  }

  add({ seq, base, kinds, actors, astray, data }: Keyframe): void {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    const sum = keyframeSum({ seq, base, kinds, actors, astray }, bytes);
    this.#insert.run(seq, base, kinds, actors, astray, bytes, sum);
  }
}

export class KeyframeRecorder {
  readonly #sink: KeyframeSink;
  readonly #writer = new KeyframeWriter();
  readonly #zone: ZoneMap;
  readonly #spacing: number;
  #last = 0;
  /** The whole keyframe that the next one builds on, its bytes and those of the changes since. */
  #base: { seq: number; bytes: number; changes: number } | null = null;

  /** `kinds` by their codes in the trace. */
  constructor(sink: KeyframeSink, kinds: readonly string[], spacing: number) {
    this.#sink = sink;
    this.#zone = new ZoneMap(kinds);
    this.#spacing = spacing;
  }

  /** Takes the next event's row, and the state after it; hot, once an event while recording. */
  see(seq: number, row: Cells, start: number, filled: number, state: State): void {
    if (seq === 1) this.#sink.begin();
    this.#zone.row(row, start, filled);
    if (seq - this.#last >= this.#spacing) this.#write(seq, state);
  }

  /** Hot: once in `spacing` events, some 15 ns for each entry of a table that changed. */
  #write(seq: number, state: State): void {
    const data = this.#bytes(seq, state);
    for (const table of state.tables.values()) table.settle();
    this.#sink.add({ seq, base: this.#base!.seq, ...this.#zone.take(), data });
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
