// row-cache.ts - the rows of a trace that were asked for lately, by pages; a row that is not there yet is asked for.

import { signal } from "@preact/signals";
import type { Row, Side } from "../answer/shapes.ts";
import { sentence } from "./latest.ts";
import { ask, type Source } from "./source.ts";

const PAGE = 32;
/** Pages kept: what a person scrolled through in the last minute. */
const KEPT = 192;
/** Rows on each side of a moment that come with it: a list of the usual height. */
const AROUND = 16;

const pageOf = (seq: number): number => Math.floor((seq - 1) / PAGE);

/** Events of whole pages, by the numbers of the first and the last. */
interface Range {
  readonly from: number;
  readonly to: number;
}

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

  /** Whether the row of an event is there. */
  has(seq: number): boolean {
    return this.#pages.has(pageOf(seq));
  }

  /** The row of an event, or null until it is there. */
  row(seq: number): Row | null {
    const page = pageOf(seq);
    const rows = this.#pages.get(page);
    if (rows === undefined && !this.#asked.has(page)) void this.#load(rangeOf(page, page));
    return rows?.[(seq - 1) % PAGE] ?? null;
  }

  /** The number of an event's partner, 0 where it is alone; null where it has no part or none is known yet. */
  partner(seq: number): number | null {
    const found = this.#partners.get(pageOf(seq))?.[(seq - 1) % PAGE];
    return found === undefined || found < 0 ? null : found;
  }

  /** Forgets what may have changed from an event on. */
  forgetFrom(seq: number): void {
    for (const page of [...this.#pages.keys()])
      if ((page + 1) * PAGE >= seq) this.#pages.delete(page);
    this.arrived.value++;
  }

  /** The rows around an event that are not there; null where all are. */
  missingAround(seq: number): Range | null {
    const all = rangeOf(pageOf(Math.max(1, seq - AROUND)), pageOf(seq + AROUND));
    const missing = pagesOf(all).filter((page) => !this.#pages.has(page));
    return missing.length === 0 ? null : rangeOf(missing[0]!, missing.at(-1)!);
  }

  /** Nobody else asks for these until they are taken. */
  expect(range: Range): void {
    for (const page of pagesOf(range)) this.#asked.add(page);
  }

  /** Takes rows that were expected; none where they did not come. */
  take(range: Range, rows: readonly Row[]): void {
    for (const page of pagesOf(range)) this.#asked.delete(page);
    keep(this.#pages, range, rows);
    if (this.#isPair && rows.length > 0) void this.#loadPartners(range);
  }

  async #load(range: Range): Promise<void> {
    let rows: readonly Row[] = [];
    this.expect(range);
    try {
      ({ rows } = await ask(this.#source, "rows", { trace: this.#side, ...range }));
    } catch (error) {
      this.#complain(sentence(error));
    }
    this.take(range, rows);
    if (rows.length > 0) this.arrived.value++;
  }

  async #loadPartners(range: Range): Promise<void> {
    try {
      const { partners } = await ask(this.#source, "partners", { trace: this.#side, ...range });
      keep(this.#partners, range, partners);
      this.arrived.value++;
    } catch (error) {
      this.#complain(sentence(error));
    }
  }
}

const rangeOf = (first: number, last: number): Range => ({
  from: first * PAGE + 1,
  to: (last + 1) * PAGE,
});

const pagesOf = ({ from, to }: Range): number[] =>
  Array.from({ length: pageOf(to) - pageOf(from) + 1 }, (_, i) => pageOf(from) + i);

/** Keeps what belongs to each event of a range, as far as there is something, and forgets what was kept longest. */
function keep<T>(pages: Map<number, readonly T[]>, range: Range, list: readonly T[]): void {
  for (const [i, page] of pagesOf(range).entries()) {
    const some = list.slice(i * PAGE, (i + 1) * PAGE);
    if (some.length === 0) return;
    pages.delete(page);
    pages.set(page, some);
    if (pages.size > KEPT) pages.delete(pages.keys().next().value!);
  }
}
