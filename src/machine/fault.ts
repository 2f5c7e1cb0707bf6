// fault.ts - a fault changes nothing: what it refuses did not happen; a gap puts all before it in doubt.

import { type FamilyAppliers, nothing } from "./appliers.ts";

export const fault = {
  "fault.raised": nothing,
  "events.lost": (state, _event, seq) => {
    state.gap.set(0, seq);
  },
} satisfies FamilyAppliers;
