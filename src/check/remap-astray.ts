// remap-astray.ts - ioremap maps the pages that were meant, or would have.
//
// Native ioremap takes a physical address, Xen's a machine address (XEN0305 arch/xen/i386/mm/ioremap.c): one
// word, two spaces. Which of the two was given shows where the number leads, even where it is refused.

import { hex, offset, onDeviceBus, PAGE_SIZE, untranslated, type Vpn } from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import { pagesOf } from "../machine/state.ts";
import type { Check, Moment, Report } from "./check.ts";

export const remapAstray: Check = {
  name: "remap-astray",
  holds: "ioremap is given the address of the page that was meant, in the space that it takes",
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
  if (bus == null || machine == null || reached == null || machine === reached) return;
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict === null || !isWrong(verdict)) return;
  report.finding(
    page === null ? [] : [{ family: "mapping", number: page }],
    `${hex(bus)} leads to ${hex(reached)}:m${page === null ? ", which is refused" : ""}; the page is at ${hex(machine)}:m`,
    verdict,
  );
}

/**
 * An ioremap that takes machine addresses counts frames on from the first: where that is the page meant and it
 * is refused all the same, a further page may be where the caller's are not.
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
    const meant = state.machineOf(offset(phys, page * PAGE_SIZE));
    const asked = offset(machine, page * PAGE_SIZE);
    if (meant === null || meant === asked) continue;
    const says = `page ${page} leads to ${hex(asked)}:m, which is refused; it is at ${hex(meant)}:m`;
    report.finding([], says, "discontiguous");
    return;
  }
}
