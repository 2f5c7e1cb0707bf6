// tally.ts - what became of every line of a source, by the name of its event: nothing is lost in silence.

import type { Count } from "../../../event/trace.ts";

/** Names that are counted apart: a kernel has some 3,000 events, but a damaged file can have a name in each line. */
const MOST_NAMES = 4096;
const OTHERS = "of other names";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Tally {
  readonly #counts = new Map<string, Writable<Count>>();
  // The name counted last: an event is mostly followed by one of its name.
  #last: Writable<Count> | null = null;
  /** What is said of the source as a whole, by what it is about. */
  readonly #remarks = new Map<string, (() => string)[]>();
  readonly #strict: boolean;
  readonly #refuse: (complaint: string, column?: number) => Error;

  constructor(strict: boolean, refuse: (complaint: string, column?: number) => Error) {
    this.#strict = strict;
    this.#refuse = refuse;
  }

  /** A line whose content the trace holds, or that gave another its place. */
  kept(name: string): void {
    const count = this.#of(name);
    count.read++;
    count.kept++;
  }

  /**
   * A line that was read and not used; the first of each name says why, and under --strict it is an error.
   * `column`, from 1, is where in the line the trouble is; bytes that are no text have none.
   */
  skipped(name: string, why: string, column?: number): void {
    const count = this.#of(name);
    count.read++;
    count.skipped++;
    count.why ??= this.#refuse(why, column).message;
    if (this.#strict) throw this.#refuse(`${name}: ${why}`, column);
  }

  /** Another line of a name of which one was skipped before; false, and not counted, where it is the first. */
  skippedAgain(name: string): boolean {
    const count = this.#of(name);
    if (count.why === null) return false;
    count.read++;
    count.skipped++;
    return true;
  }

  /** So many events that the source itself says it could not record; a damaged line can say any number. */
  lost(name: string, events: number): void {
    const count = this.#of(name);
    count.lost = Math.min(count.lost + events, Number.MAX_SAFE_INTEGER);
  }

  /** Says something of the source that is no line's fate; `says` is asked at the end. */
  remark(about: string, says: () => string): void {
    this.#remarks.set(about, [...(this.#remarks.get(about) ?? []), says]);
  }

  /** All of them, most read first, and behind them the remarks, which count nothing. */
  counts(): readonly Count[] {
    const remarks = [...this.#remarks].map(([name, all]): Count => {
      const why = all.map((says) => says()).join("; ");
      return { name, read: 0, kept: 0, skipped: 0, lost: 0, why };
    });
    return [...[...this.#counts.values()].sort((a, b) => b.read - a.read), ...remarks];
  }

  #of(name: string): Writable<Count> {
    if (this.#last?.name === name) return this.#last;
    let count = this.#counts.get(name);
    if (count === undefined && this.#counts.size >= MOST_NAMES && name !== OTHERS)
      return this.#of(OTHERS);
    if (count === undefined) {
      count = { name, read: 0, kept: 0, skipped: 0, lost: 0, why: null };
      this.#counts.set(name, count);
    }
    this.#last = count;
    return count;
  }
}
