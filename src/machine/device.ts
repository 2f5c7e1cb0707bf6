// device.ts - how CPU and device accesses change the content of pages and what the GART keeps.

import { type Aperture, inAperture, mfnOf, onDeviceBus, PAGE_SIZE } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { type FamilyAppliers, nothing } from "./appliers.ts";
import { cpuWrite } from "./cpu-cache.ts";
import { cacheEntry, walk } from "./gart.ts";
import { keepTranslation } from "./iommu.ts";
import type { State } from "./state.ts";

export const device = {
  "cpu.wrote": cpuWrite,
  "cpu.read": nothing,
  "device.wrote": (state, event) => {
    keep(state, event);
    if (event.frame == null) return;
    if (event.tag == null) state.content.delete(event.frame);
    else state.content.set(event.frame, event.tag);
  },
  "device.read": (state, event) => keep(state, event),
  "descriptor.written": nothing,
  "page.copied": (state, event) => {
    // A copy of part of a page leaves content that no tag stands for.
    const whole = event.size >= PAGE_SIZE && event.machine != null;
    const tag = whole ? state.content.get(mfnOf(event.machine)) : undefined;
    if (tag === undefined) state.content.delete(event.frame);
    else state.content.set(event.frame, tag);
  },
} satisfies FamilyAppliers;

/** The access leaves its translation in the TLB of the GART or of the IOMMU. */
function keep(state: State, event: Of<"device.read"> | Of<"device.wrote">): void {
  if (event.actor === "device") keepTranslation(state, onDeviceBus(event.bus));
  else keepEntry(state, inAperture(event.bus), event.cause ?? null);
}

/** An access through the aperture leaves its entry in the GART's TLB. */
function keepEntry(state: State, address: Aperture, cause: number | null): void {
  if (state.nature.chipset?.keepsEntries?.(state) === false) return;
  const walked = walk(state, address);
  if (walked?.bus != null && walked.fetched !== null)
    cacheEntry(state, walked.page, { word: walked.word, seq: cause ?? walked.cause });
}
