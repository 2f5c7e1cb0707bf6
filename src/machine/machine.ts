// machine.ts - a live machine: each event that is emitted changes its state and goes to the sink.

import { type Event, kindCode, kindCodeOf, type Of } from "../event/vocabulary.ts";
import { apply } from "./apply.ts";
import { type Nature, State } from "./state.ts";

const BEGAN = kindCode["op.began"];

/** Where each event goes as it happens: its seq, its op (-1 outside any), and the state where there is one. */
export interface Sink {
  /** Called while the state is still as it was before the event. */
  before?(seq: number, op: number, event: Event, state: State): void;
  /** Called when the state is as it is after it. */
  take(seq: number, op: number, event: Event, state?: State): void;
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
    const op = kindCodeOf(event) === BEGAN ? (event as Of<"op.began">).op : state.op;
    this.#sink.before?.(seq, op, event, state);
    apply(state, event, seq);
    this.#sink.take(seq, op, event, state);
    return seq;
  }
}
