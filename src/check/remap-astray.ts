// remap-astray.ts - ioremap maps the pages that were meant, or would have.
//
// Native ioremap takes a physical address, Xen's a machine address (xen 2594f8caad, arch/xen/i386/mm/ioremap.c):
// one parameter, two spaces. Where the number leads shows which of the two it is, even if ioremap refuses it.

import { hex, offset, onDeviceBus, PAGE_SIZE, untranslated, type Vpn } from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import { pagesOf } from "../machine/state.ts";
import type { Check, Moment, Report } from "./check.ts";

export const remapAstray: Check = {
  name: "remap-astray",
  holds: "ioremap is given the address of the page that was meant, in the space that it takes",
  counts: true,
  ofUse: true,
  watch: (_, report) => ({
    after: {
      "table.remapped": (event) => look(event, event.page, report),
      "fault.raised": (event, moment) => {
        if (event.text?.startsWith("ioremap") !== true) return;
        look(event, null, report);
        lookFurther(event, moment, report);
      },
    },
  }),
};

function look(
  event: Of<"table.remapped"> | Of<"fault.raised">,
  page: Vpn | null,
  report: Report,
): void {
  const { bus, machine, reached } = event;
  if (bus == null || machine == null || reached == null) return;
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict === null || !isWrong(verdict)) {
    if (page !== null) report.held();
    return;
  }
  report.finding(
    page === null ? [] : [{ family: "mapping", number: page }],
    `${hex(bus)} leads to ${hex(reached)}:m${page === null ? ", which is refused" : ""}; the page is at ${hex(machine)}:m`,
    verdict,
  );
}

/**
 * Xen's ioremap maps frames in a row from the first. If the first is the page that was meant and the call is
 * refused all the same, a further page may lie elsewhere than the frame in that row.
 */
function lookFurther(event: Of<"fault.raised">, { state }: Moment, report: Report): void {
  const { bus, phys, machine, reached, size } = event;
  if (bus == null || phys == null || machine == null || reached == null || size == null) return;
  if (
    state.nature.physIsMachine ||
    untranslated(onDeviceBus(bus)) !== machine ||
    machine !== reached
  )
    return;
  for (let page = 1; page < pagesOf(size); page++) {
    const expected = state.machineOf(offset(phys, page * PAGE_SIZE));
    const consecutive = offset(machine, page * PAGE_SIZE);
    if (expected === null || expected === consecutive) continue;
    const says = `page ${page} leads to ${hex(consecutive)}:m, which is refused; it is at ${hex(expected)}:m`;
    report.finding([], says, "discontiguous");
    return;
  }
}
