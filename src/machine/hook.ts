// hook.ts - how a remapping changes the state: which frame the CPU writes to at which virtual page.

import { mfnOf, offset, PAGE_SIZE, pfnOf } from "../address.ts";
import { type FamilyAppliers, nothing } from "./appliers.ts";

/** Pages of one mapping that the state knows: of a card's memory behind them only the first is ever asked for. */
const MOST_PAGES = 2 ** 16;

export const hook = {
  "hook.called": nothing,
  "table.remapped": (state, event, seq) => {
    const pages = Math.min(Math.max(Math.ceil(event.size / PAGE_SIZE), 1), MOST_PAGES);
    if (event.function === "iounmap") {
      for (let i = 0; i < pages; i++) state.mappings.delete(offset(event.page, i));
      return;
    }
    if (event.reached == null) return;
    const frame = mfnOf(event.reached);
    for (let i = 0; i < pages; i++)
      state.mappings.set(offset(event.page, i), { word: offset(frame, i), seq });
    if (event.phys == null) return;
    const page = pfnOf(event.phys);
    state.table.move(page, frame);
    state.directory.move(page, frame);
    state.scratchDirectory.move(page, frame);
  },
} satisfies FamilyAppliers;
