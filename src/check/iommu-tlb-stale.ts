// iommu-tlb-stale.ts - a PCI device does not go through a translation that its IOMMU's table no longer has.
//
// The DART's driver flushes after a map and never after an unmap (linux 2.6.12, arch/ppc64/kernel/u3_iommu.c):
// until the next map a device goes on reaching the pages that were taken from it.

import { busPageOf, hex, onDeviceBus } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { entryOf } from "../machine/iommu.ts";
import type { Check, Moment, Report } from "./check.ts";

export const iommuTlbStale: Check = {
  name: "iommu-tlb-stale",
  holds: "a PCI device is translated by the IOMMU's table, not by an old entry in its TLB",
  counts: true,
  ofUse: true,
  watch: (_, report) => ({
    before: {
      "device.read": (event, moment) => look(event, moment, report),
      "device.wrote": (event, moment) => look(event, moment, report),
    },
  }),
};

function look(
  { actor, bus }: Of<"device.read"> | Of<"device.wrote">,
  { state }: Moment,
  report: Report,
): void {
  if (actor !== "device") return;
  const page = busPageOf(onDeviceBus(bus));
  const cached = state.iommuTlb.get(page);
  const current = entryOf(state, page);
  if (cached === undefined) return;
  if (cached === current) {
    report.held();
    return;
  }
  report.finding(
    [{ family: "iommu", number: page }],
    `${hex(bus)}:b still leads to frame ${hex(cached)}; the table ${current === undefined ? "has no entry" : `says ${hex(current)}`}`,
    "stale",
  );
}
