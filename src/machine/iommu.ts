// iommu.ts - how IOMMU and DMA-mapping events change the state, and where a bus address leads behind it.

import {
  type Bus,
  type Machine,
  machineOf,
  mfn,
  mfnOf,
  offset,
  PAGE_SIZE,
  pageOffset,
  raw,
} from "../address.ts";
import type { FamilyAppliers } from "./appliers.ts";
import { nothing } from "./appliers.ts";
import { pagesOf, type State } from "./state.ts";

export const iommu = {
  "iommu.mapped": (state, event) => {
    const frame = raw(mfnOf(event.machine));
    for (let i = 0; i < pagesOf(event.size); i++) state.iommu.set(event.page + i, frame + i);
  },
  "iommu.unmapped": (state, event) => {
    for (let i = 0; i < pagesOf(event.size); i++) state.iommu.delete(event.page + i);
  },
  "iommu.filled": (state, event) => {
    state.spare.set(SPARE_FRAME, raw(mfnOf(event.machine)));
    state.spare.set(SPARE_END, event.page + pagesOf(event.size));
  },
  "dma.mapped": (state, event) => {
    const { handle, device = null, size } = event;
    state.dma.set({ handle, device, bytes: size });
  },
  "dma.unmapped": (state, event) => {
    state.dma.delete(event.handle, event.device ?? null);
  },
  "iommu.translated": nothing,
} satisfies FamilyAppliers;

/** What `state.spare` holds: the frame that unused entries lead to, and the first page past the entries. */
const [SPARE_FRAME, SPARE_END] = [0, 1];

/** Where a PCI device gets to with a bus address, an old translation first; null where there is none. */
export function translate(state: State, address: Bus): Machine | null {
  const page = Math.floor(raw(address) / PAGE_SIZE);
  const frame = state.iommuTlb.get(page) ?? entryOf(state, page);
  return frame === undefined ? null : offset(machineOf(mfn(frame)), pageOffset(address));
}

/** A device's access leaves the translation behind, until the next flush; only a DART's flushes are all known. */
export function keepTranslation(state: State, address: Bus): void {
  if (state.spare.size === 0) return;
  const page = Math.floor(raw(address) / PAGE_SIZE);
  const frame = state.iommuTlb.get(page) ?? entryOf(state, page);
  if (frame !== undefined) state.iommuTlb.set(page, frame);
}

/** The frame that the IOMMU's table has for a bus page, whatever its TLB remembers; undefined for none. */
export function entryOf(state: State, page: number): number | undefined {
  const end = state.spare.get(SPARE_END) ?? 0;
  return state.iommu.get(page) ?? (page < end ? state.spare.get(SPARE_FRAME) : undefined);
}
