// filtered-list.ts - the events that a filter lets through, gathered outwards from the moment as far as one looks.

import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Row } from "../answer/shapes.ts";
import { counted } from "./counted.ts";
import { type FilterValues, isFiltering } from "./filter-values.ts";
import { sentence } from "./latest.ts";
import type { Model } from "./model.ts";
import type { RowList } from "./row-list.ts";
import { ask } from "./source.ts";

interface Matches {
  readonly rows: readonly Row[];
  /** The stretch that was looked through. */
  readonly from: number;
  readonly to: number;
}

const LIMIT = 200;

export class FilteredList {
  readonly #model: Model;
  readonly #filter: Signal<FilterValues>;
  readonly #found = signal<Matches>({ rows: [], from: 1, to: 0 });
  readonly #isLooking = signal(false);
  #run = 0;

  constructor(model: Model, filter: Signal<FilterValues>) {
    this.#model = model;
    this.#filter = filter;
    effect(() => {
      filter.value;
      model.side.value;
      void this.#begin();
    });
  }

  readonly list = computed((): RowList => {
    const { rows } = this.#found.value;
    return {
      total: rows.length,
      row: (index) => rows[index] ?? null,
      indexOf: (seq) =>
        Math.max(
          0,
          rows.findLastIndex((row) => row.seq <= seq),
        ),
    };
  });

  /** "312 of #1 to #82,084" */
  readonly says = computed((): string => {
    const { rows, from, to } = this.#found.value;
    const count = this.#model.shown.count.value;
    const end = Math.min(to, count);
    const where = from <= 1 && end >= count ? "" : ` from #${counted(from)} to #${counted(end)}`;
    return `${counted(rows.length)} match${where}${this.#isLooking.value ? ", looking…" : ""}`;
  });

  /** Looks further at one end. */
  readonly further = (direction: "next" | "previous"): void => {
    if (!this.#isLooking.peek()) void this.#look(direction, this.#run);
  };

  async #begin(): Promise<void> {
    const run = ++this.#run;
    const { at } = this.#model.focus.peek();
    this.#found.value = { rows: [], from: at + 1, to: at };
    if (!isFiltering(this.#filter.peek())) return;
    await this.#look("previous", run);
    await this.#look("next", run);
  }

  /** Looks on until rows were found, the trace ends, or another filter is wanted. */
  async #look(direction: "next" | "previous", run: number): Promise<void> {
    const count = this.#model.shown.count.peek();
    this.#isLooking.value = true;
    try {
      for (let found = 0; found === 0 && run === this.#run; ) {
        const { from, to } = this.#found.peek();
        if (direction === "next" ? to >= count : from <= 1) return;
        found = await this.#step(direction, run, direction === "next" ? to + 1 : from - 1);
      }
    } catch (error) {
      this.#model.message.value = sentence(error);
    } finally {
      if (run === this.#run) this.#isLooking.value = false;
    }
  }

  async #step(direction: "next" | "previous", run: number, start: number): Promise<number> {
    const trace = this.#model.focus.peek().trace;
    const asked = { trace, direction, from: start, limit: LIMIT, ...this.#filter.peek() };
    const answer = await ask(this.#model.source, "filtered", asked);
    if (run !== this.#run) return 0;
    const before = this.#found.peek();
    this.#found.value =
      direction === "next"
        ? { ...before, rows: [...before.rows, ...answer.rows], to: answer.to }
        : { ...before, rows: [...answer.rows, ...before.rows], from: answer.from };
    return answer.rows.length;
  }
}
