// entry-in-use.ts - what an IOMMU's driver takes out of its table belongs to nobody any more.
//
// The last resort of zx1's sba_alloc_range frees a stale address beside those that were saved up, and the DART's
// unmarked end of a list frees what the list had the last time, by then somebody else's (linux 2.6.12).

import { busPageOf, hex, offset, onDeviceBus } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, EventAt } from "./check.ts";

/** An entry that was taken out, and the mapping that it was of. */
interface Taken {
  readonly at: EventAt;
  readonly event: Of<"iommu.unmapped">;
  readonly seq: number;
}

export const entryInUse: Check = {
  name: "entry-in-use",
  holds: "no entry of an IOMMU is cleared while the mapping that it is of goes on",
  counts: true,
  watch: (about, report) => {
    // In a capture the entry of a mapping cannot be told from another device's at the same address.
    if (about.source !== "simulated") return {};
    let clearings: Taken[] = [];
    return {
      after: {
        // The entries go first; then the interface says that the mapping is over.
        "iommu.unmapped": (event, { seq, op, mappings }) => {
          for (const [made, mapping] of mappings.live)
            if (overlap(event, mapping.event))
              clearings.push({ at: { seq, op }, event, seq: made });
        },
        "op.ended": (_, { mappings }) => {
          for (const { at, event, seq } of clearings) {
            const mapping = mappings.live.get(seq)?.event;
            if (mapping === undefined) report.held();
            else
              report.findingAt(
                at,
                [{ family: "iommu", number: event.page }],
                `${hex(event.bus)}:b is cleared; ${mapping.size} bytes stay mapped at ${hex(mapping.bus)}:b, since #${seq}`,
              );
          }
          clearings = [];
        },
      },
    };
  },
};

/** Whether entries are of pages that a mapping is in. */
function overlap({ bus, size }: Of<"iommu.unmapped">, mapping: Of<"dma.mapped">): boolean {
  const [first, last] = pagesOf(bus, size);
  const [start, end] = pagesOf(mapping.bus, mapping.size);
  return start <= last && end >= first;
}

const pagesOf = (bus: Of<"dma.mapped">["bus"], size: number) =>
  [
    busPageOf(onDeviceBus(bus)),
    busPageOf(onDeviceBus(offset(bus, Math.max(size, 1) - 1))),
  ] as const;
