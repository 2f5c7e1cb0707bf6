// past-events.ts - single events of a trace that is still being written.

import type { Database } from "better-sqlite3";
import { columns } from "../event/field.ts";
import { RowReader } from "../event/row.ts";
import { actors, kindNames, type Recorded } from "../event/vocabulary.ts";
import { EventRows } from "./event-rows.ts";
import { OpSource } from "./op-source.ts";
import { build } from "./schema.ts";
import { RowTexts } from "./texts.ts";

// The value stands for a parameter.
const oneEvent = build.selectFrom("event").select(columns).where("seq", "=", 0);

export class PastEvents {
  readonly #event: EventRows;
  readonly #texts: RowTexts;
  readonly #rows: RowReader;

  /** `places` are the names of functions by their codes; they may grow. */
  constructor(database: Database, places: string[]) {
    this.#event = new EventRows(database, oneEvent, columns);
    this.#texts = new RowTexts(database, kindNames, new OpSource(database));
    this.#rows = new RowReader({ kinds: kindNames, actors, places });
  }

  event(seq: number): Recorded | undefined {
    const row = this.#event.get(seq);
    return row === undefined ? undefined : this.#rows.decode(row, this.#texts.of([row])(row));
  }
}
