// boot-clock.ts - times of a file that run backwards: a second run begins there, or else it is said of the file.

import type { Source } from "./source.ts";

/** Nanoseconds that a log may step back: the clocks of CPUs differ by less, a second boot by more. */
const STEP_BACK = 1e9;
/**
 * Nanoseconds that the kernel lets the clock of one CPU be behind another's: a jiffy (kernel/trace/trace_clock.c,
 * trace_clock; kernel/sched/clock.c), which is longest where HZ is 100.
 */
const JIFFY = 1e7;

export class BootClock {
  readonly #source: Source;
  readonly #ofLog: boolean;
  #latest = Number.NEGATIVE_INFINITY;
  #hasBegun = false;
  /** Lines that are older than one before them, and by how much the worst is. */
  #behind = 0;
  #furthest = 0;
  /** The refusal of times near 0 behind later ones, until it is told whether time goes on from there; null for none. */
  #anew: Error | null = null;

  /** `ofLog`: whether it is that of a kernel's messages, which can be behind the clock of the kernel's trace. */
  constructor(source: Source, ofLog = false) {
    this.#source = source;
    this.#ofLog = ofLog;
  }

  /** Takes the time of the line in hand, in nanoseconds; throws where it cannot be of the same run. Hot: once a line. */
  check(time: number): void {
    if (time >= this.#latest) {
      this.#latest = time;
      this.#anew = null;
    } else if (this.#latest - time > JIFFY) this.#back(time);
  }

  /** Throws where the file ends in what may be another boot. */
  end(): void {
    if (this.#anew !== null) throw this.#anew;
  }

  #back(time: number): void {
    const step = `time goes back from ${seconds(this.#latest)} to ${seconds(time)}`;
    if (this.#latest - time > STEP_BACK) {
      this.#anew ??= this.#source.refuse(
        `${step}: there are two boots in this file, or one twice; import each on its own`,
      );
      // A CPU that is coming up has had no tick, and until then its clock stands within one of 0, where the TSC is not
      // trusted (kernel/sched/clock.c, sched_clock_local); a boot goes on from there.
      if (!this.#ofLog || time > JIFFY) throw this.#anew;
    } else if (!this.#hasBegun && isInJiffies(this.#latest)) {
      this.#hasBegun = true;
      this.#latest = time;
      return;
    }
    this.#behind++;
    this.#furthest = Math.max(this.#furthest, this.#latest - time);
    if (this.#behind > 1) return;
    const first = this.#source.refuse(step).message;
    this.#source.tally.remark("times that run backwards", () => this.#said(first));
  }

  #said(first: string): string {
    const lines =
      this.#behind === 1 ? "1 line is" : `${this.#behind.toLocaleString("en-US")} lines are`;
    return `${lines} older than one before, by up to ${seconds(this.#furthest)}; the first is ${first}`;
  }
}

/**
 * Whether a time is a whole number of jiffies, to the microsecond. So a kernel counts until it knows how fast its TSC
 * is; then its clock begins anew (arch/x86/kernel/tsc.c, native_sched_clock).
 */
function isInJiffies(time: number): boolean {
  const micros = Math.floor(time / 1e3);
  // HZ is 100, 250 or 1000; or 300.
  return micros % 1000 === 0 || micros % 10_000 === 3333 || micros % 10_000 === 6666;
}

const seconds = (at: number): string => `${(at / 1e9).toFixed(6)} s`;
