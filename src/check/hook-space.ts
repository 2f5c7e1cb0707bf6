// hook-space.ts - phys_to_virt(), gart_to_virt() and the like find the page that the number was made for.
//
// Numbers for the device are checked where they are used: in entries, table bases and remappings. Here the
// translation back to a page is checked, after which the page is freed. With a number of another space, or after
// the page's frame has changed, the hook finds somebody else's page (linux da503fa60b8).

import {
  type BusPage,
  bus as busNumber,
  busOf,
  busPage,
  busPageOf,
  hex,
  onBus,
  type Pfn,
  pfnOf,
  physOf,
  raw,
  untranslated,
} from "../address.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, Moment, Report } from "./check.ts";

type Called = Of<"hook.called">;

export const hookSpace: Check = {
  name: "hook-space",
  holds: "a hook finds for each number the page that the number was given for",
  counts: true,
  ofUse: true,
  watch: (about, report) => {
    /** The page that a number stands for, by the number in pages. */
    const pageOfNumber = new Map<BusPage, Pfn>();
    /** The word that was last read of a register, in pages: the zx1's firmware may have made the table. */
    let read = busPage(-1);
    return {
      after: {
        "register.read": ({ word }) => {
          read = busPageOf(busNumber(word));
        },
        "hook.called": (event, moment) => {
          if (event.phys == null) return;
          if (!event.hook.endsWith("_to_virt")) {
            pageOfNumber.set(pageOf(event), pfnOf(event.phys));
            returned(event, report);
            return;
          }
          if (event.reached != null) cleared(event, report);
          else if (pageOfNumber.has(pageOf(event)) || pageOf(event) !== read)
            checkInverse(event, pageOfNumber.get(pageOf(event)), moment, report, about.source);
        },
      },
    };
  },
};

/** The number in pages: `bus`, or `phys` for virt_to_phys and its inverse, which know no other. */
const pageOf = ({ bus, phys }: Called): BusPage =>
  // A driver keeps the number alone, without the space it is of.
  busPageOf(bus ?? busNumber(raw(phys!)));

/** The number that a hook returns leads to the page; one that promises a kernel-physical address gives no other. */
function returned(event: Called, report: Report): void {
  // Nearly every call: no further look at it while recording.
  const { bus, machine } = event;
  if (bus == null || (machine != null && bus === onBus(machine))) {
    report.held();
    return;
  }
  const verdict = verdictOf(addressesOf(event), null);
  if (verdict === "unknown") report.unknown("how the bus sees memory is not told");
  else if (verdict === null || !isWrong(verdict)) report.held();
  else
    report.finding(
      [],
      `${event.hook} returns ${hex(bus)}; the page is at ${hex(machine!)}:m`,
      verdict,
    );
}

/** The CPU used the pointer that the hook returned at once. */
function cleared({ machine, reached, virt }: Called, report: Report): void {
  if (machine == null) return;
  if (machine === reached) {
    report.held();
    return;
  }
  const says = `${virt == null ? "the pointer" : `${hex(virt)}:v`} reaches ${hex(reached!)}:m`;
  report.finding([], `${says}; the page is at ${hex(machine)}:m`, "wrong-space");
}

function checkInverse(
  event: Called,
  expectedPage: Pfn | undefined,
  { state }: Moment,
  report: Report,
  source: "simulated" | "imported",
): void {
  const found = pfnOf(event.phys!);
  if (expectedPage === found) {
    report.held();
    return;
  }
  const number = busOf(pageOf(event));
  if (expectedPage === undefined) {
    if (source === "imported") {
      report.unknown("a number is translated back that was made before the trace begins");
      return;
    }
    const says = `no hook gave ${hex(number)}, which is taken for pfn ${hex(found)}`;
    report.finding([], says, "foreign-frame");
    return;
  }
  const now = state.machineOf(physOf(expectedPage));
  report.finding(
    [{ family: "allocation", number: expectedPage }],
    `${hex(number)} was given for pfn ${hex(expectedPage)} and is taken for pfn ${hex(found)}`,
    now !== null && now === untranslated(number) ? "wrong-space" : "stale",
  );
}
