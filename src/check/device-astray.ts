// device-astray.ts - what a device reads or writes is the page that was meant for it.
//
// testgart's integrity test, judged by what the card did: with wrong addresses the card reads and writes pages
// that belong to somebody else.

import { hex } from "../address.ts";
import { tagName } from "../event/device.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, EventAt, Moment, Report } from "./check.ts";
import { type Access, isDeviceFault, Refused } from "./refused.ts";

export const deviceAstray: Check = {
  name: "device-astray",
  holds: "every access by a device reaches the page that was meant, and what was written there",
  counts: true,
  ofUse: true,
  byEvent: true,
  watch: (_, report) => {
    // Faults that stay without an access are device-fault's.
    const refused = new Refused(() => {});
    return {
      after: {
        "fault.raised": (event, { seq, op }) => {
          const blocked = isDeviceFault(event) ? refused.fault({ event, seq, op }) : null;
          if (blocked === null || blocked.isFound || blocked.event.actor === "device") return;
          report.findingAt(blocked, [], astrayText(blocked.event, seq));
        },
        "device.read": (event, moment) => {
          look(event, moment, refused, report);
          lookInCache(event, moment, report);
        },
        "device.wrote": (event, moment) => look(event, moment, refused, report),
      },
    };
  },
};

function look(event: Access, { seq, op }: EventAt, refused: Refused, report: Report): void {
  const { machine, reached } = event;
  const fault = refused.faultOf(event);
  if (reached != null && reached === machine) {
    report.held();
    return;
  }
  // Of an access that is not refused the page must be known; a PCI device's is judged by its mapping (dma-access).
  const isFound = machine != null || (fault !== null && event.actor !== "device");
  if (fault === null) refused.waits({ event, seq, op, isFound });
  if (!isFound) {
    if (event.actor !== "device") report.unknown("the trace does not say which page was meant");
    return;
  }
  const verdict = verdictOf(addressesOf(event), null);
  report.finding(
    reached == null ? [] : [{ family: "content", number: event.frame! }],
    astrayText(event, fault?.seq ?? null),
    verdict !== null && isWrong(verdict) ? verdict : undefined,
  );
}

const astrayText = ({ bus, machine, reached, tag }: Access, refusedAt: number | null): string =>
  `${hex(bus)} leads to ${reached == null ? "nothing" : `${hex(reached)}:m, ${tagName(tag)}`}` +
  (machine == null ? "" : `; the page is at ${hex(machine)}:m`) +
  (refusedAt === null ? "" : `; refused at #${refusedAt}`);

/** The page is the right one, but what the CPU wrote to it is still in its cache and not in memory. */
function lookInCache(
  { bus, machine, reached, frame, tag }: Of<"device.read">,
  { state }: Moment,
  report: Report,
): void {
  // What was in the cache before a gap may have been flushed since.
  if (
    state.unflushed.size === 0 ||
    state.unknownSince > 0 ||
    frame == null ||
    machine == null ||
    reached !== machine
  )
    return;
  const cachedTag = state.unflushed.get(frame)?.word;
  if (cachedTag === undefined || cachedTag === tag) return;
  const says = `${hex(bus)} leads to ${tagName(tag)}; the CPU wrote ${tagName(cachedTag)}, in its cache`;
  report.finding([{ family: "content", number: frame }], says, "stale");
}
