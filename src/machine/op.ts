// op.ts - how the operations of the workload change the state: which one is under way.

import type { Part } from "./part.ts";
import { nothing } from "./part.ts";

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
} satisfies Part;
