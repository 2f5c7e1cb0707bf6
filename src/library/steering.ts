// steering.ts - what a long call takes besides: a signal that ends it, and someone to tell how far it has come.

import { setImmediate } from "node:timers/promises";
import { abortedBy } from "../fault.ts";

/** How far a call has come. */
export interface Progress {
  /** Steps done: operations of the workload, or events. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
  /** Events written or read so far. */
  readonly events: number;
}

/** For calls that take long. */
export interface Steering {
  /** Raised, it ends the call with an `AbortedError`; what was written up to there stays. */
  readonly signal?: AbortSignal | undefined;
  /** Called some twenty times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How long a call goes on before signals are looked at, in milliseconds. */
const SLICE = 50;

/** Lets the event loop turn now and then, so that signals arrive, and tells how far the call has come. */
export class Turns {
  readonly #steering: Steering;
  #turn = performance.now();

  /** Throws where the signal was raised before anything began. */
  constructor(steering: Steering) {
    this.#steering = steering;
    if (steering.signal?.aborted) throw abortedBy(steering.signal.reason);
  }

  /** True where it is time to `take` a turn. Hot: may be asked once an event. */
  get isDue(): boolean {
    return performance.now() - this.#turn >= SLICE;
  }

  async take(progress: Progress): Promise<void> {
    const { signal, onProgress } = this.#steering;
    onProgress?.(progress);
    await setImmediate();
    if (signal?.aborted) throw abortedBy(signal.reason, progress.events);
    this.#turn = performance.now();
  }
}
