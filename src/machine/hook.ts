// hook.ts - how a remapping changes the state: which frame the CPU writes to at which virtual page.

import { mfnOf, pfnOf, raw } from "../address.ts";
import type { Part } from "./part.ts";
import { nothing } from "./part.ts";

export const hook = {
  "hook.called": nothing,
  "table.remapped": (state, event, seq) => {
    if (event.way === "iounmap") {
      const before = state.mappings.get(event.page);
      if (before !== undefined) state.tableFrames.delete(before.reached);
      state.mappings.delete(event.page);
      return;
    }
    if (event.reached == null) return;
    const reached = raw(mfnOf(event.reached));
    const meant = event.phys == null ? undefined : raw(pfnOf(event.phys));
    const first = meant === undefined ? undefined : state.allocation.get(meant);
    const tablePage = first === undefined ? -1 : meant! - first;
    state.mappings.set(event.page, { reached, tablePage, seq });
    if (tablePage >= 0) state.tableFrames.set(reached, tablePage);
  },
} satisfies Part;
