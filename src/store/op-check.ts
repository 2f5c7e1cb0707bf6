// op-check.ts - are the ops of a trace those that its events say: where each begins and ends, and its signature?

import type { Database } from "better-sqlite3";
import { chipsetCalled } from "../chipset/index.ts";
import { at } from "../event/field.ts";
import type { Row } from "../event/row.ts";
import { kindCodeOf, type Recorded } from "../event/vocabulary.ts";
import { resultText } from "../fingerprint/match-key.ts";
import { Signature } from "../fingerprint/signature.ts";
import type { OpSource } from "./op-source.ts";
import { build, prepareValue } from "./schema.ts";

const KIND = at.kind;
const opCount = build.selectFrom("op").select(({ fn }) => fn.countAll<number>().as("ops"));

/** How many ops have a signature that holds, up to the first op that is not as its events say. */
export interface OpsChecked {
  readonly ops: number;
  readonly wrong: number | null;
}

export class OpCheck {
  readonly #source: OpSource;
  /** How many ops the file has. */
  readonly #stored: number;
  readonly #signature: Signature;
  /** Ops under way: by number, the event that began each. */
  readonly #open = new Map<number, number>();
  #began = 0;
  #held = 0;
  #unsigned: number | null = null;
  #wrong: number | null = null;

  constructor(database: Database, source: OpSource, chipset: string) {
    this.#source = source;
    this.#stored = prepareValue(database, opCount).get() ?? 0;
    this.#signature = new Signature(chipsetCalled(chipset));
  }

  /** Takes the next event, and its row with a bit in `filled` for each column that it fills. Hot: once an event. */
  see({ seq, op, event }: Recorded, row: Row, filled: number, note: string | undefined): void {
    if (this.#wrong !== null) return;
    if (event.kind === "op.began") {
      this.#signature.began();
      this.#began++;
      this.#open.set(event.op, seq);
    } else if (event.kind === "op.ended")
      this.#end(event.op, seq, this.#signature.ended(resultText(event.result)));
    else {
      // The signature is made of this program's codes; the row is the trace's.
      const code = row[KIND]!;
      row[KIND] = kindCodeOf(event);
      this.#signature.row(row, 0, filled, op, note);
      row[KIND] = code;
    }
  }

  #end(op: number, seq: number, signature: string): void {
    const row = this.#source.one(op);
    const isPlaced = this.#open.get(op) === row?.first && row?.last === seq;
    this.#open.delete(op);
    if (row === undefined || !isPlaced) this.#wrong = op;
    else if (row.signature === null) this.#unsigned ??= op;
    else if (row.signature !== signature) this.#wrong = op;
    else this.#held++;
  }

  /** Behind the last event. */
  end(): OpsChecked {
    this.#wrong ??= this.#wronglyOpen();
    if (this.#stored !== this.#began) this.#wrong ??= this.#source.last;
    // The first format signed no op; a trace signs all of them or none.
    if (this.#held > 0) this.#wrong ??= this.#unsigned;
    return { ops: this.#held, wrong: this.#wrong };
  }

  /** An op that never ended and is kept as another. */
  #wronglyOpen(): number | null {
    for (const [op, first] of this.#open) {
      const row = this.#source.one(op);
      if (row?.first !== first || row.last !== null || this.#source.result(op) !== null) return op;
    }
    return null;
  }
}
