// entry-outside.ts - what a driver writes as an entry lies in the table.
//
// The range check of agp_generic_insert_memory adds pg_start and page_count without a look at the overflow: a block
// that begins just below zero passes it, and is written in front of the table (CVE-2011-1745, CVE-2011-2022; linux
// 194b3da873fd and b522f02184b4). Where no guard page is met, the call returns 0.

import { hex, type Mfn, machineOf, type Pfn, pfnOnBareMetal } from "../address.ts";
import { uses } from "../event/memory.ts";
import { registerName } from "../event/register.ts";
import type { State } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const entryOutside: Check = {
  name: "entry-outside",
  holds: "what is written as an entry lies in the table",
  counts: true,
  byEvent: true,
  watch: (_, report) => ({
    after: {
      "gatt.written": () => report.held(),
      "register.written": ({ register, virt }) => {
        if (virt == null) return;
        const says = `the word of an entry went to the register ${registerName(register)}, below the window`;
        report.finding([{ family: "register", number: register }], says, "outside");
      },
      "outside.written": ({ entry, frame }, { state }) => {
        const where = `entry ${entry} is at ${hex(machineOf(frame))}:m, in ${ownerOf(state, frame)}`;
        report.finding([{ family: "content", number: frame }], where, "outside");
      },
    },
  }),
};

/** Whose page is in a frame, as far as the trace tells. */
function ownerOf(state: State, frame: Mfn): string {
  const page = pageIn(state, frame);
  if (page === null) return "a frame that is not the kernel's";
  const owner = state.allocationOf(page);
  if (owner === null) return `pfn ${hex(page)}, which nobody allocated`;
  return `pfn ${hex(page)}, which is in use (${uses[owner.use]})`;
}

const pageIn = ({ nature, m2p }: State, frame: Mfn): Pfn | null =>
  nature.physIsMachine ? pfnOnBareMetal(frame) : (m2p.get(frame) ?? null);
