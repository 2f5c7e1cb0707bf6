// hook.ts - how a remapping changes the state: which frame the CPU writes to at which virtual page.

import { mfnOf, pfnOf, raw } from "../address.ts";
import type { FamilyAppliers } from "./appliers.ts";
import { nothing } from "./appliers.ts";

export const hook = {
  "hook.called": nothing,
  "table.remapped": (state, event, seq) => {
    if (event.way === "iounmap") {
      state.mappings.delete(event.page);
      return;
    }
    if (event.reached == null) return;
    const reached = raw(mfnOf(event.reached));
    state.mappings.set(event.page, { word: reached, seq });
    if (event.phys == null) return;
    state.table.move(raw(pfnOf(event.phys)), reached);
    state.directory.move(raw(pfnOf(event.phys)), reached);
    state.scratchDirectory.move(raw(pfnOf(event.phys)), reached);
  },
} satisfies FamilyAppliers;
