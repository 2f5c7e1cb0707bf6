// remap-astray.ts - ioremap maps the pages that were meant, or would have.
//
// Native ioremap takes a physical address, Xen's a machine address (XEN0305 arch/xen/i386/mm/ioremap.c): one
// word, two spaces. Which of the two was given shows where the number leads, even where it is refused.

import { hex } from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, Report } from "./check.ts";

export const remapAstray: Check = {
  name: "remap-astray",
  holds: "ioremap is given the address of the page that was meant, in the space that it takes",
  watch: (_, report) => ({
    after: {
      "table.remapped": (event) => look(event, event.page, report),
      "fault.raised": (event) => {
        if (event.text?.startsWith("ioremap") === true) look(event, null, report);
      },
    },
  }),
};

function look(
  event: Of<"table.remapped"> | Of<"fault.raised">,
  page: number | null,
  report: Report,
): void {
  const { bus, machine, reached } = event;
  if (bus == null || machine == null || reached == null || machine === reached) return;
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict === null || !isWrong(verdict)) return;
  report.finding(
    page === null ? [] : [{ family: "mapping", number: page }],
    `${hex(bus)} leads to ${hex(reached)}:m${page === null ? ", which is refused" : ""}; the page is at ${hex(machine)}:m`,
    verdict,
  );
}
