// device-astray.ts - what a device reads or writes is the page that was meant for it.
//
// testgart's integrity test seen from the other side: on a wrong platform its first pass fails, and the page
// that the card met instead is somebody's.

import { hex } from "../address.ts";
import { tagName } from "../event/device.ts";
import { addressesOf, isWrong, verdictOf } from "../event/verdict.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, Report } from "./check.ts";

export const deviceAstray: Check = {
  name: "device-astray",
  holds: "every access by a device reaches the page that was meant",
  watch: (_, report) => ({
    after: {
      "device.read": (event) => look(event, report),
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
