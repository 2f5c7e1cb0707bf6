// device.ts - how CPU and device accesses change the content of pages and what the GART keeps.

import { aperture, mfnOf, PAGE_SIZE, raw } from "../address.ts";
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
    if (event.frame == null) return;
    if (event.tag == null) state.content.delete(event.frame);
    else state.content.set(event.frame, event.tag);
  },
  "device.read": (state, event) => keepEntry(state, raw(event.bus), event.cause ?? null),
  "descriptor.written": nothing,
  "page.copied": (state, event) => {
    // A copy of part of a page leaves content that no tag stands for.
    const whole = event.size >= PAGE_SIZE && event.machine != null;
    const tag = whole ? state.content.get(raw(mfnOf(event.machine))) : undefined;
    if (tag === undefined) state.content.delete(event.frame);
    else state.content.set(event.frame, tag);
  },
} satisfies Part;

/** An access through the aperture leaves its entry in the GART's TLB. */
function keepEntry(state: State, address: number, cause: number | null): void {
  if (state.nature.chipset?.keepsEntries?.(state.registers) === false) return;
  const walked = walk(state, aperture(address));
  if (walked?.bus != null && walked.fetched !== null)
    state.tlb.set(walked.page, { word: walked.word, seq: cause ?? walked.cause });
}
