// dma-release.ts - a DMA mapping is ended with the handle and the length that it was made with.
//
// The patch of 16 March 2005 freed the table with its bus address where dma_free_coherent wants the handle:
// behind an IOMMU that ends somebody else's mapping and leaks the driver's own.

import { hex } from "../address.ts";
import type { Check } from "./check.ts";
import { Complaints } from "./complaints.ts";
import { isComplaint } from "./refused.ts";

export const dmaRelease: Check = {
  name: "dma-release",
  holds: "every DMA mapping ends by the handle and length it was made with",
  counts: true,
  watch: (about, report) => {
    const complaints = new Complaints();
    return {
      before: {
        "dma.unmapped": (event, { state, ...at }) => {
          const { handle, device = null, bus, size } = event;
          const made = state.dma.get(handle, device);
          const subjects = [{ family: "dma", number: handle }] as const;
          if (made === size) report.held();
          else if (made !== undefined)
            report.finding(subjects, `${size} bytes at ${hex(bus)}:b end, ${made} were mapped`);
          // An imported trace may begin in the middle.
          else if (about.source === "imported")
            report.unknown("a mapping ends that was made before the trace begins");
          else report.finding(subjects, `nothing is mapped at ${hex(bus)}:b`);
          const isWrong = made === undefined ? about.source === "simulated" : made !== size;
          complaints.called(event, at, isWrong);
        },
      },
      after: {
        "dma.mapped": (event, at) => complaints.called(event, at, false),
        "fault.raised": (event) => {
          if (isComplaint(event)) complaints.complained(event, report);
        },
      },
    };
  },
};
