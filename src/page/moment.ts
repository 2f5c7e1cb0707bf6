// moment.ts - the machine at a moment for the page: its state by parts, each list cut to what a pane can hold.

import type { MomentAnswer } from "../answer/shapes.ts";
import { vocabulary } from "../event/vocabulary.ts";
import type { State } from "../machine/state.ts";
import { stateAsideJson } from "../report/state-text.ts";
import type { PageTrace } from "./open-trace.ts";
import { rowOf } from "./row.ts";
import { visible } from "./visible.ts";

/** Rows of one list. */
const MOST = 200;

/** `at`: a state that the trace was in. */
export function momentAnswer({ trace }: PageTrace, at: State): MomentAnswer {
  const more: { [list: string]: number } = {};
  const state = stateAsideJson(at, trace.about.virtBase, {
    most: MOST,
    more: (list, count) => {
      more[list] = count;
    },
  });
  const event = trace.event(at.moment);
  const op = state.op === null ? undefined : trace.op(state.op);
  return {
    event: event === undefined ? null : rowOf(trace, event),
    op: op === undefined ? null : { op: op.op, says: visible(vocabulary["op.began"].text(op)) },
    state: {
      ...state,
      registers: state.registers.map(({ fields, ...register }) => ({
        ...register,
        fields: { ...fields },
      })),
    },
    more,
  };
}
