// bio-merge.ts - two pages are merged into one segment only where their machine frames follow each other.
//
// The disk gets one address and one length for a segment. Xen overrides BIOVEC_PHYS_MERGEABLE because pages that follow each
// other in pseudo-physical memory rarely do in the machine's (asm-xen/asm-i386/io.h of March 2005).

import { hex } from "../address.ts";
import { addressesOf, verdictOf } from "../event/verdict.ts";
import type { Check } from "./check.ts";

export const bioMerge: Check = {
  name: "bio-merge",
  holds: "the pages of a merged block segment follow each other where the disk reaches them",
  counts: true,
  ofUse: true,
  watch: (_, report) => ({
    after: {
      "bio.merged": (event) => {
        const { bus, machine, reached } = event;
        if (reached == null) return;
        if (reached === machine) {
          report.held();
          return;
        }
        report.finding(
          [],
          `the disk goes on to ${hex(bus)}:b, which is ${hex(reached)}:m; the next page is at ${hex(machine)}:m`,
          verdictOf(addressesOf(event), null) ?? undefined,
        );
      },
    },
  }),
};
