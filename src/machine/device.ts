// device.ts - how CPU and device accesses change the content of pages and what the GART keeps.

import { aperture, raw } from "../address.ts";
import { walk } from "./gart.ts";
import type { Part } from "./part.ts";
import { nothing } from "./part.ts";
import type { State } from "./state.ts";

export const device = {
  "cpu.wrote": (state, event) => {
    state.content.set(event.frame, event.tag);
  },
  "cpu.read": nothing,
  "device.wrote": (state, event) => {
    keepEntry(state, raw(event.bus), event.cause ?? null);
    if (event.frame != null && event.tag != null) state.content.set(event.frame, event.tag);
  },
  "device.read": (state, event) => keepEntry(state, raw(event.bus), event.cause ?? null),
} satisfies Part;

/** An access through the aperture leaves its entry in the GART's TLB. */
function keepEntry(state: State, address: number, cause: number | null): void {
  const walked = walk(state, aperture(address));
  if (walked?.bus != null && walked.fetched !== null)
    state.tlb.set(walked.page, { word: walked.word, seq: cause ?? walked.cause });
}
