// dma-release.ts - a DMA mapping is ended with the handle and the length that it was made with.
//
// The patch of 16 March 2005 freed the table with its bus address where dma_free_coherent wants the handle:
// behind an IOMMU that ends somebody else's mapping and leaks the driver's own.

import { hex } from "../address.ts";
import type { Check } from "./check.ts";

export const dmaRelease: Check = {
  name: "dma-release",
  holds: "every DMA mapping ends by the handle and length it was made with",
  counts: true,
  watch: (about, report) => ({
    before: {
      "dma.unmapped": ({ handle, device = null, bus, size }, { state }) => {
        const made = state.dma.get(handle, device);
        const subjects = [{ family: "dma", number: handle }] as const;
        if (made === size) report.held();
        else if (made !== undefined)
          report.finding(subjects, `${size} bytes at ${hex(bus)}:b end, ${made} were mapped`);
        // An imported trace may begin in the middle.
        else if (about.source === "imported")
          report.unknown("a mapping ends that was made before the trace begins");
        else report.finding(subjects, `nothing is mapped at ${hex(bus)}:b`);
      },
    },
  }),
};
