// row-cache.ts - the rows of a trace that were asked for lately, by pages; a row that is not there yet is asked for.

import { signal } from "@preact/signals";
import type { Row, Side } from "../answer/shapes.ts";
import { sentence } from "./latest.ts";
import { ask, type Source } from "./source.ts";

const PAGE = 64;
/** Pages kept: what a person scrolled through in the last minute. */
const KEPT = 96;

export class RowCache {
  readonly #source: Source;
  readonly #side: Side;
  readonly #pages = new Map<number, readonly Row[]>();
  readonly #partners = new Map<number, readonly number[]>();
  readonly #asked = new Set<number>();
  readonly #isPair: boolean;
  readonly #complain: (sentence: string) => void;
  /** Goes up whenever rows arrived. */
  readonly arrived = signal(0);

  /** `complain` is told, in a sentence, why rows do not come. */
  constructor(source: Source, side: Side, isPair: boolean, complain: (sentence: string) => void) {
    this.#complain = complain;
    this.#isPair = isPair;
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

  /** The number of an event's partner, 0 where it is alone; null where it has no part or none is known yet. */
  partner(seq: number): number | null {
    const page = Math.floor((seq - 1) / PAGE);
    const found = this.#partners.get(page)?.[(seq - 1) % PAGE];
    return found === undefined || found < 0 ? null : found;
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
      if (this.#isPair) {
        const { partners } = await ask(this.#source, "partners", range);
        this.#partners.set(page, partners);
        if (this.#partners.size > KEPT) this.#partners.delete(this.#partners.keys().next().value!);
        this.arrived.value++;
      }
    } catch (error) {
      this.#complain(sentence(error));
    } finally {
      this.#asked.delete(page);
    }
  }
}
