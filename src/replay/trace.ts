// trace.ts - what replay needs of a trace; the store fulfils it, and so does any other source of events.

import type { About, OpRow } from "../event/trace.ts";
import type { Recorded } from "../event/vocabulary.ts";

export interface Trace {
  readonly about: About;
  /** How many events there are; seq runs from 1 to this. */
  readonly count: number;
  /** Whether its recording was cut off. */
  readonly torn: boolean;
  /** Events from one seq to another, both included, in order. */
  events(from?: number, to?: number): Iterable<Recorded>;
  event(seq: number): Recorded | undefined;
  ops(): Iterable<OpRow>;
}
