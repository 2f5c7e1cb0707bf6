// proof.ts - what a trace's file keeps that follows from its events, worked out again in one reading of them.

import type { Database } from "better-sqlite3";
import { filledOf, type Row, type Texts } from "../event/row.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { State } from "../machine/state.ts";
import { Digest, type Names } from "./digest.ts";
import { KeyframeCheck } from "./keyframe-check.ts";
import { OpCheck, type OpsChecked } from "./op-check.ts";
import type { OpSource } from "./op-source.ts";
import { PostingCheck } from "./posting-check.ts";

/** What is stored of an event. */
export interface StoredRow {
  readonly row: Row;
  readonly texts: Texts;
}

/** The event with it. */
export interface Stored extends StoredRow {
  readonly recorded: Recorded;
}

export interface Proved {
  /** The digest of what is stored; another one than the trace names where the file was changed after its recording. */
  readonly digest: string;
  readonly ops: OpsChecked;
  /** How many keyframes agree with the replay, and the moment of the first that does not; null where it has none. */
  readonly keyframes: { readonly agreed: number; readonly wrong: number | null } | null;
  /** Whether its index is that of its events; null where it has none. */
  readonly index: boolean | null;
}

/** What of a trace's file there is to prove. */
export interface Provable {
  readonly names: Names;
  readonly ops: OpSource;
  readonly chipset: string;
  readonly hasKeyframes: boolean;
  readonly indexed: boolean;
}

export class Proof {
  readonly #names: Names;
  readonly #digest = new Digest();
  readonly #ops: OpCheck;
  readonly #keyframes: KeyframeCheck | null;
  readonly #postings: PostingCheck | null;

  constructor(database: Database, { names, ops, chipset, hasKeyframes, indexed }: Provable) {
    this.#names = names;
    this.#ops = new OpCheck(database, ops, chipset);
    this.#keyframes = hasKeyframes ? new KeyframeCheck(database, names.kinds) : null;
    this.#postings = indexed ? new PostingCheck(database, names.kinds) : null;
  }

  /** Takes the next event, and the state after it. Hot: once an event. */
  see({ row, texts, recorded }: Stored, state: State): void {
    const { seq } = recorded;
    const filled = filledOf(row);
    this.#digest.row(row, 0, filled);
    this.#digest.texts(seq, texts);
    this.#ops.see(recorded, row, filled, texts.note);
    this.#postings?.see(seq, row, filled);
    this.#keyframes?.see(seq, row, filled, state);
  }

  /** Behind the last event. */
  end(): Proved {
    return {
      digest: this.#digest.end(this.#names),
      ops: this.#ops.end(),
      keyframes: this.#keyframes?.end() ?? null,
      index: this.#postings?.end() ?? null,
    };
  }
}
