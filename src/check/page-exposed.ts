// page-exposed.ts - nobody reads from new memory what somebody else left there.
//
// agp_generic_alloc_page gave pages as they were, so that a client could read another's through the aperture,
// until they were cleared (linux 59de2bebabc).

import { type Mfn, pfnOf } from "../address.ts";
import { tagName } from "../event/device.ts";
import { uses } from "../event/memory.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check } from "./check.ts";

export const pageExposed: Check = {
  name: "page-exposed",
  holds: "what is read of a client's memory was written since it was allocated",
  counts: true,
  watch: (_, report) => {
    /** The seq of the last write to a frame; a frame without one was last written before the trace begins. */
    const written = new Map<Mfn, number>();
    const wrote = ({ frame }: Of<"cpu.wrote"> | Of<"device.wrote">, seq: number): void => {
      if (frame != null) written.set(frame, seq);
    };
    return {
      after: {
        "cpu.wrote": (event, { seq }) => wrote(event, seq),
        "device.wrote": (event, { seq }) => wrote(event, seq),
        "device.read": ({ frame, phys, machine, reached, tag }, { state }) => {
          if (frame == null || phys == null || reached == null || reached !== machine) return;
          const owner = state.allocationOf(pfnOf(phys));
          if (owner === null || uses[owner.use] !== "agp") return;
          const at = written.get(frame);
          if (at === undefined) return;
          if (at > state.allocated.get(owner.first)!) {
            report.held();
            return;
          }
          const says = `the page was allocated after ${tagName(tag)} was written to it, by #${at}`;
          report.finding([{ family: "content", number: frame }], says);
        },
      },
    };
  },
};
