// trace.ts - what replay needs of a trace; the store fulfils it, and so does any other source of events.

import type { Rows } from "../event/row.ts";
import type { About, Mark, OpRow, Search, SourceFile } from "../event/trace.ts";
import type { KindName, Recorded } from "../event/vocabulary.ts";
import type { Judged } from "../judgement/judgement.ts";
import type { State } from "../machine/state.ts";
import type { Names } from "../store/digest.ts";

export interface Trace {
  readonly about: About;
  /** How many events there are; seq runs from 1 to this. */
  readonly count: number;
  /** Whether its recording was cut off. */
  readonly torn: boolean;
  /** A hash of its events: two traces of one digest have the same; null where none is kept. */
  readonly digest: string | null;
  /** The files that it was imported from. */
  readonly sources: readonly SourceFile[];
  /** Whether the past of a subject is looked up; otherwise every search reads through the events. */
  readonly indexed: boolean;
  /** Events from one seq to another, both included, in order. */
  events(from?: number, to?: number): Iterable<Recorded>;
  event(seq: number): Recorded | undefined;
  ops(): Iterable<OpRow>;
  /** One op by its number; undefined where the trace has none. */
  op(number: number): OpRow | undefined;
  /** The number of the last op; -1 where there is none. */
  readonly lastOp: number;
  /** By moment. */
  marks(): readonly Mark[];
  /**
   * Brings a new state to the latest moment, up to this one, of which the trace keeps the state, and gives
   * that moment; 0 where it keeps none.
   */
  restore(state: State, moment: number): number;
  /** The events that match, in order or newest first; each as soon as it is found. */
  search(wanted: Search): Iterable<Recorded>;
  /** What its file says of what is right and wrong in it; null where it was not judged by these rules. */
  readonly judged: Judged | null;
  /** What the codes in its rows stand for. */
  readonly names: Names;
  /** The same events as rows, in order and some at a time; only those of `kinds`, if present. */
  rows(from: number, to: number, kinds?: readonly KindName[]): Iterable<Rows>;
}
