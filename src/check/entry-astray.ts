// entry-astray.ts - a GATT entry leads to the page that its writer meant; so does a word of the table's directory.
//
// The bug of March 2005: agpgart took the address from virt_to_phys(), which under Xen is pseudo-physical,
// and the GART went to whatever lay at that machine address (xen c3565a2b1d, linux 07eee78ea8ba).

import { hex } from "../address.ts";
import type { Subject } from "../event/field.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, Report } from "./check.ts";

export const entryAstray: Check = {
  name: "entry-astray",
  holds: "every GATT entry leads to the page that was meant",
  counts: true,
  ofUse: true,
  byEvent: true,
  watch: (_, report) => ({
    after: {
      "gatt.written": (event) => look(event, "gatt", report),
      "directory.written": (event) => look(event, "directory", report),
      "scratch-directory.written": (event) => look(event, "scratch-directory", report),
    },
  }),
};

type Written = Of<"gatt.written"> | Of<"directory.written"> | Of<"scratch-directory.written">;

function look(event: Written, family: Subject["family"], report: Report): void {
  const { bus, machine, reached } = event;
  if (bus == null) return;
  // Nearly every entry: no further look at it while recording.
  if (machine != null && machine === reached) {
    report.held();
    return;
  }
  if (machine == null) {
    report.unknown("the trace does not say where the page of an entry lies");
    return;
  }
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict === null) return;
  if (!isWrong(verdict)) {
    report.held();
    return;
  }
  report.finding(
    [{ family, number: event.entry } as Subject],
    `names ${hex(bus)}:b, which leads to ${reached == null ? "nothing" : `${hex(reached)}:m`}; the page is at ${hex(machine)}:m`,
    verdict,
  );
}
