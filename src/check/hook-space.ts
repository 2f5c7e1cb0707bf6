// hook-space.ts - what the kernel asks back is the page that the number was given for.
//
// The way to the device is held by the checks of entries, table bases and remappings, where the number is
// used; this is the way back, at the end of which a page is freed. A driver that asks with a number in
// another space, or after the page's frame has changed, is told somebody else's (linux da503fa60b8).

import { hex, PAGE_SIZE, pfn, pfnOf, physOf, raw } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, Moment, Report } from "./check.ts";

type Called = Of<"hook.called">;

export const hookSpace: Check = {
  name: "hook-space",
  holds: "a hook finds for each number the page that the number was given for",
  watch: (about, report) => {
    /** page of the number that a hook gave -> pfn that it was given for. */
    const given = new Map<number, number>();
    /** What a register held when it was last read: the zx1's firmware may have made the table. */
    let held = -1;
    return {
      after: {
        "register.read": ({ word }) => {
          held = Math.floor(word / PAGE_SIZE);
        },
        "hook.called": (event, moment) => {
          if (event.phys == null) return;
          if (!event.hook.endsWith("_to_virt")) {
            given.set(pageOf(event), raw(pfnOf(event.phys)));
            return;
          }
          if (event.reached != null) cleared(event, report);
          else if (given.has(pageOf(event)) || pageOf(event) !== held)
            asked(event, given.get(pageOf(event)), moment, report, about.source);
        },
      },
    };
  },
};

/** Where only `phys` is told, that is the number: virt_to_phys and its way back. */
const pageOf = ({ bus, phys }: Called): number =>
  Math.floor((bus == null ? raw(phys!) : raw(bus)) / PAGE_SIZE);

/** The pointer was used at once. */
function cleared({ machine, reached, virt }: Called, report: Report): void {
  if (machine == null || machine === reached) return;
  const says = `${virt == null ? "the pointer" : `${hex(virt)}:v`} reaches ${hex(reached!)}:m`;
  report.finding([], `${says}; the page is at ${hex(machine)}:m`, "wrong-space");
}

function asked(
  event: Called,
  meant: number | undefined,
  { state }: Moment,
  report: Report,
  source: "simulated" | "imported",
): void {
  const found = raw(pfnOf(event.phys!));
  if (meant === found) return;
  const number = pageOf(event) * PAGE_SIZE;
  if (meant === undefined) {
    if (source === "imported") {
      report.unknown("a number is asked back that was given before the trace begins");
      return;
    }
    const says = `no hook gave ${hex(number)}, which is taken for pfn ${hex(found)}`;
    report.finding([], says, "foreign-frame");
    return;
  }
  const now = state.machineOf(physOf(pfn(meant)));
  report.finding(
    [{ family: "allocation", number: meant }],
    `${hex(number)} was given for pfn ${hex(meant)} and is taken for pfn ${hex(found)}`,
    now !== null && raw(now) === number ? "wrong-space" : "stale",
  );
}
