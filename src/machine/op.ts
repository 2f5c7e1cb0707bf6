// op.ts - how the operations of the workload change the state: which one is under way.

import { type FamilyAppliers, nothing } from "./appliers.ts";

export const op = {
  "op.began": (state, event) => {
    state.op = event.op;
  },
  "op.ended": (state) => {
    state.op = -1;
  },
  "call.entered": nothing,
  "call.returned": nothing,
  "message.logged": nothing,
} satisfies FamilyAppliers;
