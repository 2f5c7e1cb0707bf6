// timeline.ts - a time of its own for each event, also where a trace has no clock or a coarse one.

/** Between events without a time, in nanoseconds: wide enough to be seen beside each other. */
const STEP = 1000;
/** Between events of the same time: slices of one nanosecond must not touch. */
const LEAST = 2;

/** Gives times in nanoseconds, each later than the one before. */
export class Timeline {
  #now = 0;
  #hasClock = false;

  get now(): number {
    return this.#now;
  }

  /** The time of the next event; `at` is the time that the trace has of it, null for none. */
  next(at: number | null): number {
    this.#hasClock ||= at !== null;
    const earliest = this.#now + (this.#hasClock ? LEAST : STEP);
    this.#now = at === null ? earliest : Math.max(at, earliest);
    return this.#now;
  }
}
