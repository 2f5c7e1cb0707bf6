// wrong-reverse.ts - memory is freed by phys_to_virt() of the machine address that the driver kept.
//
// With half of the hooks in place: the driver keeps what virt_to_gart() gave and frees what phys_to_virt()
// makes of it, an innocent page. This dom0's frames have numbers that its own pages have too.

import { mfn, mfnOnBareMetal, offset, pfn, pfnOnBareMetal } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { hookSet } from "../hooks/functions.ts";
import { gart } from "../hooks/gart.ts";
import type { Backing } from "../platform/platform.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

/** Frames 0 to 0xffff, the halves of the memory exchanged. */
const HALF = 0x8000;
const exchanged: Backing = {
  frameOf: (page) => offset(mfnOnBareMetal(page), page < pfn(HALF) ? HALF : -HALF),
  pageOf: (frame) => offset(pfnOnBareMetal(frame), frame < mfn(HALF) ? HALF : -HALF),
};

export const wrongReverse: Scenario = {
  name: "wrong-reverse",
  row: 13,
  tells: "an innocent page is freed, and the right one leaks",
  real: "any kernel between the two patches: to-device converted, from-device not",
  check: "hook-space",
  verdict: "wrong-space",
  platform: {
    ...xenI386,
    backing: () => exchanged,
    owner: (frame) => (frame < mfn(0x10000) ? 0 : xenI386.owner(frame)),
  },
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: workloadOf(
    "wrong-reverse",
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4 },
    { op: "free", slot: 0 },
  ),
  flaw: {
    hooks: hookSet("gart without gart_to_virt", {
      to: "virt_to_gart",
      from: "phys_to_virt",
      alloc: "alloc_gatt_pages",
      free: "free_gatt_pages",
    }),
  },
};
