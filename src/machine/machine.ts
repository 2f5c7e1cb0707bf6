// machine.ts - a live machine: what is emitted changes its state and goes to whoever listens.

import type { Event } from "../event/vocabulary.ts";
import { apply } from "./apply.ts";
import { type Nature, State } from "./state.ts";

/** Takes each event as it happens: its seq, the op it belongs to (-1 for none), the event, and the state after it. */
export type Sink = (seq: number, op: number, event: Event, state: State) => void;

/** Takes each event as it comes, with the state after it where there is one at hand. */
export type Keep = (seq: number, op: number, event: Event, state?: State) => void;

export class Machine {
  readonly state: State;
  readonly #sink: Sink;

  constructor(nature: Nature, sink: Sink) {
    this.state = new State(nature);
    this.#sink = sink;
  }

  /** The only door: applies the event, passes it on and gives its seq. */
  emit(event: Event): number {
    const state = this.state;
    const seq = state.moment + 1;
    const before = state.op;
    apply(state, event, seq);
    // op.began already belongs to its op, op.ended still does.
    this.#sink(seq, event.kind === "op.began" ? state.op : before, event, state);
    return seq;
  }
}
