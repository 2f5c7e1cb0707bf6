// dma-release.ts - a DMA mapping is ended as it was made: once, for its device, with its handle, length and direction.
//
// The patch of 16 March 2005 freed the table with its bus address where dma_free_coherent wants the handle:
// behind an IOMMU that ends somebody else's mapping and leaks the driver's own. What is wrong with an ending, or with
// a call that hands the buffer over, is what the kernel's own check complains of (kernel/dma/debug.c, check_unmap
// and check_sync). Behind a gap in the recording no finding rests on what was mapped before it.

import { isStanding } from "../event/iommu.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Live } from "../machine/access.ts";
import type { Check, EventAt } from "./check.ts";
import { Complaints } from "./complaints.ts";
import { type Circumstances, complaintOfEnd, complaintOfSync } from "./dma-calls.ts";
import { Drivers } from "./drivers.ts";
import { hasIommu } from "./platform.ts";
import { isComplaint, isLeakComplaint } from "./refused.ts";

type Call = Of<"dma.unmapped"> | Of<"dma.synced">;

export const dmaRelease: Check = {
  name: "dma-release",
  holds:
    "every DMA mapping ends once, by the device, handle, length, direction and function it was made with",
  counts: true,
  goesOn: true,
  watch: (about, report) => {
    const complaints = new Complaints(report);
    const drivers = new Drivers();
    let isWhole = about.source === "simulated";
    const run: Circumstances = {
      hasIommu: hasIommu(about),
      // What was mapped before the trace began is not known, unless the device's driver came in it.
      isWhole: (device) => isWhole || drivers.cameInTrace(device),
    };
    const judge = (event: Call, complaint: string | null, isKnown: boolean, at: EventAt): void => {
      if (complaint !== null) report.finding([{ family: "dma", number: event.bus }], complaint);
      else if (isKnown) report.held();
      else report.unknown("a mapping is meant that was made before the trace begins, or in a gap");
      complaints.called(event, at, complaint !== null);
    };
    return {
      after: {
        "dma.mapped": (event, at) => {
          if (!isStanding(event)) drivers.traced();
          complaints.called(event, at, false);
        },
        "dma.unmapped": (event, at) => {
          drivers.traced();
          const { ended } = at.mappings;
          judge(event, complaintOfEnd(event, ended, run), ended.made !== null, at);
        },
        "dma.synced": (event, at) => {
          const named = at.mappings.named(event.cause);
          judge(event, complaintOfSync(event, named, run), named.made !== null, at);
        },
        "fault.raised": (event, { seq, op, mappings }) => {
          const isLeft = (live: Live) => live.event.device === event.device;
          // What a driver has left mapped is dma-leak's, where the trace has it.
          if (isLeakComplaint(event) && [...mappings.live.values()].some(isLeft)) return;
          if (isComplaint(event)) complaints.complained(event, { seq, op });
        },
        "message.logged": (event) => void drivers.changesIn(event),
        "call.entered": (event) => void drivers.changesIn(event),
        "op.began": () => drivers.traced(),
        "iommu.mapped": (event) => {
          if (!isStanding(event)) drivers.traced();
        },
        "events.lost": () => {
          isWhole = false;
          drivers.lost();
        },
      },
      end: () => complaints.end(),
    };
  },
};
