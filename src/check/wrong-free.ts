// wrong-free.ts - a page is freed once, by whom it was allocated for, in the block that it was allocated in.
//
// Under Xen phys_to_virt() of a machine address is another page: that page is freed although its owner still uses
// it, and the right one leaks. The same came back in 2008, when agpgart asked gart_to_virt() after the page's frame had
// changed (linux da503fa60b8).

import { hex } from "../address.ts";
import { uses } from "../event/memory.ts";
import { pagesOf } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const wrongFree: Check = {
  name: "wrong-free",
  holds: "only pages that were allocated are freed, for the same use and in the same number",
  counts: true,
  watch: (about, report) => ({
    before: {
      "page.freed": ({ allocation, size, use, phys }, { state }) => {
        const owner = state.allocationOf(allocation);
        const subjects = [{ family: "allocation", number: allocation }] as const;
        const where = phys == null ? "" : ` at ${hex(phys)}:p`;
        // An imported trace may begin in the middle.
        if (owner === null && about.source === "imported")
          report.unknown("a page is freed that was allocated before the trace begins");
        else if (owner === null) report.finding(subjects, `nobody was given the page${where}`);
        else if (owner.first !== allocation || owner.pages !== pagesOf(size))
          report.finding(
            subjects,
            `${pagesOf(size)} pages${where} are freed of a block of ${owner.pages}`,
          );
        else if (uses[owner.use] !== use)
          report.finding(
            subjects,
            `a page${where} is freed as ${use} that was for ${uses[owner.use]}`,
          );
        else report.held();
      },
    },
  }),
};
