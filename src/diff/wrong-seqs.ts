// wrong-seqs.ts - which events of a trace are wrong, for a reader that goes through them in order.

import type { Judged } from "../judgement/judgement.ts";

export class WrongSeqs {
  readonly #judged: Judged;
  readonly #last: number;
  #ahead: Iterator<{ readonly seq: number }> | null = null;
  #next = 0;
  #previous = 0;

  constructor(judged: Judged, last: number) {
    this.#judged = judged;
    this.#last = judged.judgement.wrong.events === 0 ? 0 : last;
  }

  /** Hot: once an event of a comparison. */
  has(seq: number): boolean {
    if (this.#last === 0) return false;
    if (this.#ahead === null || seq < this.#previous) this.#begin(seq);
    this.#previous = seq;
    while (this.#next < seq) this.#advance();
    return this.#next === seq;
  }

  #begin(seq: number): void {
    this.#ahead = this.#judged.wrong(seq, this.#last, false)[Symbol.iterator]();
    this.#advance();
  }

  #advance(): void {
    const next = this.#ahead!.next();
    this.#next = next.done ? Number.POSITIVE_INFINITY : next.value.seq;
  }
}

/** How many events from one to another, both included, are wrong. */
export function wrongBetween(judged: Judged, from: number, to: number): number {
  const { events, first } = judged.judgement.wrong;
  if (events === 0 || first! > to) return 0;
  let count = 0;
  for (const _ of judged.wrong(from, to, false)) count++;
  return count;
}
