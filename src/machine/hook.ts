// hook.ts - how a remapping changes the state: which frame the CPU writes to at which virtual page.

import { mfnOf, pfnOf } from "../address.ts";
import { type FamilyAppliers, nothing } from "./appliers.ts";

export const hook = {
  "hook.called": nothing,
  "table.remapped": (state, event, seq) => {
    if (event.function === "iounmap") {
      state.mappings.delete(event.page);
      return;
    }
    if (event.reached == null) return;
    const frame = mfnOf(event.reached);
    state.mappings.set(event.page, { word: frame, seq });
    if (event.phys == null) return;
    const page = pfnOf(event.phys);
    state.table.move(page, frame);
    state.directory.move(page, frame);
    state.scratchDirectory.move(page, frame);
  },
} satisfies FamilyAppliers;
