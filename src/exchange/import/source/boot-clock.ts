// boot-clock.ts - a file that goes on after its own end: time runs backwards where a second run begins.

import type { Source } from "./source.ts";

/** Nanoseconds that a log may step back: the clocks of CPUs differ by less, a second boot by more. */
const STEP_BACK = 1e9;

export class BootClock {
  readonly #source: Source;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Takes the time of the line in hand, in nanoseconds; throws where it cannot be of the same run. */
  check(time: number): void {
    if (time < this.#latest - STEP_BACK)
      throw this.#source.refuse(
        `time goes back from ${seconds(this.#latest)} to ${seconds(time)}: there are two boots in this file; import each on its own`,
      );
    this.#latest = Math.max(time, this.#latest);
  }
}

const seconds = (at: number): string => `${(at / 1e9).toFixed(6)} s`;
