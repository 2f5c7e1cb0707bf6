// replay.ts - the machine at any moment, folded from the events before it.

import { chipsetCalled } from "../chipset/index.ts";
import type { About } from "../event/trace.ts";
import { apply } from "../machine/apply.ts";
import { type Nature, State } from "../machine/state.ts";
import type { Trace } from "./trace.ts";

/** What a trace's events rest on; a chipset that this program does not know decodes nothing. */
export const natureOf = (about: About): Nature => ({
  physIsMachine: about.physIsMachine,
  chipset: chipsetCalled(about.chipset),
});

/** The state at a moment: after exactly that many events. */
export function stateAt(trace: Trace, moment: number): State {
  const state = new State(natureOf(trace.about));
  for (const { seq, event } of trace.events(1, moment)) apply(state, event, seq);
  return state;
}
