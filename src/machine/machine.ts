// machine.ts - a live machine: each event that is emitted changes its state and goes to the sink.

import type { Event } from "../event/vocabulary.ts";
import { apply } from "./apply.ts";
import { type Nature, State } from "./state.ts";

/** Takes each event as it happens: its seq, its op (-1 outside any), and the state after it where there is one. */
export interface Sink {
  (seq: number, op: number, event: Event, state?: State): void;
  /** Called while the state is still as it was before the event. */
  readonly before?: (seq: number, op: number, event: Event, state: State) => void;
}

export class Machine {
  readonly state: State;
  readonly #sink: Sink;

  constructor(nature: Nature, sink: Sink) {
    this.state = new State(nature);
    this.#sink = sink;
  }

  /** The only way to change the state: applies the event, hands it to the sink and returns its seq. */
  emit(event: Event): number {
    const state = this.state;
    const seq = state.moment + 1;
    // op.began already belongs to its op, op.ended still does.
    const op = event.kind === "op.began" ? event.op : state.op;
    this.#sink.before?.(seq, op, event, state);
    apply(state, event, seq);
    this.#sink(seq, op, event, state);
    return seq;
  }
}
