// number-astray.ts - numbers that no other check is about: what an IOMMU, a page table or a request makes of them.

import { hex } from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Event } from "../event/vocabulary.ts";
import type { Check, Report } from "./check.ts";

export const numberAstray: Check = {
  name: "number-astray",
  holds: "what is named to hardware besides leads to the page that was meant",
  counts: true,
  ofUse: true,
  byEvent: true,
  watch: (_, report) => {
    const look = (event: Event) => lookAt(event, report);
    return {
      after: {
        "iommu.translated": look,
        "descriptor.written": look,
        "request.mapped": look,
        "pte.written": look,
      },
    };
  },
};

function lookAt(event: Event, report: Report): void {
  const addresses = addressesOf(event);
  const verdict = verdictOf(addresses, null);
  if (verdict === null) return;
  const { bus, machine, reached } = addresses;
  if (isWrong(verdict))
    report.finding(
      [],
      `${hex(bus!)}:b leads to ${hex(reached!)}:m; the page is at ${hex(machine!)}:m`,
      verdict,
    );
  else if (verdict === "unknown") report.unknown("the trace does not say where the page lies");
  else report.held();
}
