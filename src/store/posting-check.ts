// posting-check.ts - is the index of a trace that of its events?

import type { Database } from "better-sqlite3";
import type { Row } from "../event/row.ts";
import { Postings, storedRow } from "./postings.ts";
import { build, prepareValue } from "./schema.ts";

const count = build.selectFrom("posting").select(({ fn }) => fn.countAll<number>().as("count"));

export class PostingCheck {
  readonly #made: Postings;
  /** How many rows the file has. */
  readonly #stored: number;
  #rows = 0;
  #agreed = 0;

  /** `kinds` by their codes in the trace. */
  constructor(database: Database, kinds: readonly string[]) {
    this.#stored = prepareValue(database, count).get() ?? 0;
    const stored = storedRow(database);
    this.#made = new Postings(kinds, (segment, list, subject, lists) => {
      this.#rows++;
      if (stored.get(segment, list, subject)?.equals(lists)) this.#agreed++;
    });
  }

  /** Takes the next event's row. Hot: once an event. */
  see(seq: number, row: Row, filled: number): void {
    this.#made.see(seq, row, 0, filled);
  }

  /** Behind the last event: whether every row is there and no other. */
  end(): boolean {
    this.#made.end();
    return this.#agreed === this.#rows && this.#rows === this.#stored;
  }
}
