// replay.ts - the machine at any moment, folded from the events before it.

import { chipsetCalled } from "../chipset/index.ts";
import type { About } from "../event/trace.ts";
import { apply, changing } from "../machine/apply.ts";
import { type Nature, State } from "../machine/state.ts";
import type { Trace } from "./trace.ts";

/** What a trace's events rest on; a chipset that this program does not know decodes nothing. */
export const natureOf = (about: About): Nature => ({
  physIsMachine: about.physIsMachine,
  chipset: chipsetCalled(about.chipset),
});

/** The state at a moment, after exactly that many events: from the last keyframe on, or else from the start. */
export function stateAt(trace: Trace, moment: number): State {
  const state = new State(natureOf(trace.about));
  trace.restore(state, moment);
  foldTo(state, trace, moment);
  return state;
}

/** Brings a state forward to a later moment. */
export function foldTo(state: State, trace: Trace, moment: number): void {
  const query = { from: state.moment + 1, to: moment, kinds: changing };
  for (const { seq, event } of trace.search(query)) apply(state, event, seq);
  state.moment = moment;
}
