// moment.ts - the machine at a moment for the page: its state by parts, each list cut to what a pane can hold.

import type { MomentAnswer } from "../answer/shapes.ts";
import { vocabulary } from "../event/vocabulary.ts";
import { stateAsideJson } from "../report/state-text.ts";
import type { Shown } from "./open-trace.ts";
import { rowOf } from "./row.ts";
import { visible } from "./visible.ts";

/** Rows of one list. */
const MOST = 200;

export function momentAnswer(shown: Shown, at: number): MomentAnswer {
  const { trace, travel } = shown;
  const state = stateAsideJson(travel.stateAt(at), trace.about.virtBase);
  const more: { [list: string]: number } = {};
  const cut = <T>(name: string, list: readonly T[]): T[] => {
    if (list.length > MOST) more[name] = list.length - MOST;
    return list.slice(0, MOST);
  };
  const event = trace.event(at);
  const op = state.op === null ? undefined : trace.op(state.op);
  return {
    event: event === undefined ? null : rowOf(trace, event),
    op: op === undefined ? null : { op: op.op, says: visible(vocabulary["op.began"].text(op)) },
    state: {
      ...state,
      allocations: state.allocations.map(({ use, pages, at }) => ({
        use,
        pages,
        at: cut(`allocations.${use}`, at),
      })),
      p2m: { known: state.p2m.known, runs: cut("p2m", state.p2m.runs) },
      mappings: cut("mappings", state.mappings),
      iommu: cut("iommu", state.iommu),
      dma: cut("dma", state.dma),
      registers: cut(
        "registers",
        state.registers.map(({ register, value, fields }) => ({
          register,
          value,
          fields: { ...fields },
        })),
      ),
      tlb: { ...state.tlb, pages: cut("tlb", state.tlb.pages) },
      unflushed: { ...state.unflushed, entries: cut("unflushed", state.unflushed.entries) },
    },
    more,
  };
}
