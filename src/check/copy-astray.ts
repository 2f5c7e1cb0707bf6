// copy-astray.ts - what is copied back from a bounce buffer is what a device could write: a mapping leads there.
//
// The first swiotlb of Xen took the handle of another domain's frame for a slot's, where M2P gave that frame a number
// inside the pool: nothing was bounced, and a slot was copied over whatever it had stood for (xen f31042c4c4).

import { distance, hex, type Machine } from "../address.ts";
import type { LiveMappings } from "../machine/access.ts";
import type { Check } from "./check.ts";

export const copyAstray: Check = {
  name: "copy-astray",
  holds: "what the kernel copies back from a bounce buffer, a device was led to",
  counts: true,
  watch: (about, report) => {
    // In a capture the mapping may be from before it.
    if (about.source !== "simulated") return {};
    const isLedTo = (from: Machine, mappings: LiveMappings): boolean => {
      for (const { event } of mappings.live.values()) {
        const { reached, size } = event;
        const within = reached == null ? -1 : distance(reached, from);
        if (within >= 0 && within < size) return true;
      }
      return false;
    };
    return {
      after: {
        "page.copied": ({ direction, frame, machine, reached, size }, { mappings }) => {
          if (direction !== "from-slot" || machine == null) return;
          if (isLedTo(machine, mappings)) report.held();
          else
            report.finding(
              [{ family: "content", number: frame }],
              `${size} bytes at ${hex(machine)}:m are copied to ${hex(reached)}:m; no mapping leads there`,
            );
        },
      },
    };
  },
};
