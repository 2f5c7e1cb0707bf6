// device-astray.ts - what a device reads or writes is the page that was meant for it.
//
// testgart's integrity test, judged by what the card did: with wrong addresses the card reads and writes pages
// that belong to somebody else.

import { hex } from "../address.ts";
import { tagName } from "../event/device.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, Moment, Report } from "./check.ts";

export const deviceAstray: Check = {
  name: "device-astray",
  holds: "every access by a device reaches the page that was meant, and what was written there",
  byEvent: true,
  watch: (_, report) => ({
    after: {
      "device.read": (event, moment) => {
        look(event, report);
        lookInCache(event, moment, report);
      },
      "device.wrote": (event) => look(event, report),
    },
  }),
};

function look(event: Of<"device.read"> | Of<"device.wrote">, report: Report): void {
  const { bus, machine, reached } = event;
  if (machine == null || reached === machine) return;
  const verdict = verdictOf(addressesOf(event), null);
  report.finding(
    reached == null ? [] : [{ family: "content", number: event.frame! }],
    `${hex(bus)} leads to ${reached == null ? "nothing" : `${hex(reached)}:m, ${tagName(event.tag)}`}; ` +
      `the page is at ${hex(machine)}:m`,
    verdict !== null && isWrong(verdict) ? verdict : undefined,
  );
}

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
  const held = state.unflushed.get(frame)?.word;
  if (held === undefined || held === tag) return;
  const says = `${hex(bus)} leads to ${tagName(tag)}; the CPU wrote ${tagName(held)}, in its cache`;
  report.finding([{ family: "content", number: frame }], says, "stale");
}
