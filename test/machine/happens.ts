// happens.ts - lets events happen to a state, each as short as what the test is about.

import type { Event } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { type Nature, State } from "../../src/machine/state.ts";

type Short<E> = E extends Event ? Omit<E, "actor"> : never;
/** An event without its actor: no state depends on who did it. */
export type Happening = Short<Event>;

export const bare: Nature = { physIsMachine: true, chipset: null };
export const paravirtual: Nature = { physIsMachine: false, chipset: null };

/** Applies the events and gives the state; the next seq is always the next moment. */
export function happens(state: State, ...events: Happening[]): State {
  for (const event of events)
    apply(state, { ...event, actor: "kernel" } as Event, state.moment + 1);
  return state;
}

export const stateAfter = (nature: Nature, ...events: Happening[]): State =>
  happens(new State(nature), ...events);
