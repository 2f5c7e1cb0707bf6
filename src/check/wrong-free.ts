// wrong-free.ts - a page is freed once, by whom it was allocated for, in the block that it was allocated in.
//
// Under Xen phys_to_virt() of a machine address is another page: that page is freed although its owner still uses
// it, and the right one leaks. The same came back in 2008, when agpgart asked gart_to_virt() after the page's frame had
// changed (linux da503fa60b8).

import { hex } from "../address.ts";
import { uses } from "../event/memory.ts";
import type { Of } from "../event/vocabulary.ts";
import { pagesOf } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const wrongFree: Check = {
  name: "wrong-free",
  holds: "only pages that were allocated are freed, for the same use and in the same number",
  counts: true,
  watch: (about, report) => ({
    before: {
      // Hot: once a page that is freed, and nearly always nothing is wrong with it (bench: import).
      "page.freed": (event, { state }) => {
        const { allocation, size, use } = event;
        const owner = state.allocationOf(allocation);
        const find = (says: string) =>
          report.finding([{ family: "allocation", number: allocation }], says);
        // An imported trace may begin in the middle.
        if (owner === null && about.source === "imported")
          report.unknown("a page is freed that was allocated before the trace begins");
        else if (owner === null) find(`nobody was given the page${placeOf(event)}`);
        else if (owner.first !== allocation || owner.pages !== pagesOf(size))
          find(`${pagesOf(size)} pages${placeOf(event)} are freed of a block of ${owner.pages}`);
        else if (uses[owner.use] !== use)
          find(`a page${placeOf(event)} is freed as ${use} that was for ${uses[owner.use]}`);
        else report.held();
      },
    },
  }),
};

const placeOf = ({ phys }: Of<"page.freed">): string => (phys == null ? "" : ` at ${hex(phys)}:p`);
