// row-cache.ts - the rows of a trace that were asked for lately, by pages; a row that is not there yet is asked for.

import { signal } from "@preact/signals";
import type { Row, Side } from "../answer/shapes.ts";
import { ask, type Source } from "./source.ts";

const PAGE = 64;
/** Pages kept: what a person scrolled through in the last minute. */
const KEPT = 96;

export class RowCache {
  readonly #source: Source;
  readonly #side: Side;
  readonly #pages = new Map<number, readonly Row[]>();
  readonly #asked = new Set<number>();
  /** Goes up whenever rows arrived. */
  readonly arrived = signal(0);

  constructor(source: Source, side: Side) {
    this.#source = source;
    this.#side = side;
  }

  /** The row of an event, or null until it is there. */
  row(seq: number): Row | null {
    const page = Math.floor((seq - 1) / PAGE);
    const rows = this.#pages.get(page);
    if (rows === undefined) void this.#load(page);
    return rows?.[(seq - 1) % PAGE] ?? null;
  }

  /** Forgets what may have changed from an event on. */
  forgetFrom(seq: number): void {
    for (const page of [...this.#pages.keys()])
      if ((page + 1) * PAGE >= seq) this.#pages.delete(page);
    this.arrived.value++;
  }

  async #load(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    try {
      const range = { trace: this.#side, from: page * PAGE + 1, to: (page + 1) * PAGE };
      const { rows } = await ask(this.#source, "rows", range);
      this.#pages.delete(page);
      this.#pages.set(page, rows);
      if (this.#pages.size > KEPT) this.#pages.delete(this.#pages.keys().next().value!);
      this.arrived.value++;
    } finally {
      this.#asked.delete(page);
    }
  }
}
