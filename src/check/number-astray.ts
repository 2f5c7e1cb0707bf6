// number-astray.ts - numbers that no other check is about: what an IOMMU, a page table or a request makes of them.

import { hex } from "../address.ts";
import type { Use } from "../event/kind.ts";
import { addressesOf, isWrong, rightVerdict, useOf, verdictOf } from "../event/verdict.ts";
import type { Event } from "../event/vocabulary.ts";
import type { Check, Report } from "./check.ts";

export const numberAstray: Check = {
  name: "number-astray",
  holds: "what is named to hardware besides leads to the page that was meant",
  counts: true,
  ofUse: true,
  byEvent: true,
  watch: (_, report) => {
    const look = (use: Use) => (event: Event) => {
      if (rightVerdict(use, event) === null) lookAt(event, report);
      else report.held();
    };
    const kinds = [
      "iommu.translated",
      "descriptor.written",
      "request.mapped",
      "pte.written",
    ] as const;
    return { after: Object.fromEntries(kinds.map((kind) => [kind, look(useOf(kind))])) };
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
