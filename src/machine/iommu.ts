// iommu.ts - how IOMMU and DMA-mapping events change the state, and where a bus address leads behind it.

import {
  type Bus,
  type BusPage,
  busPage,
  busPageOf,
  type Machine,
  type Mfn,
  machineOf,
  mfn,
  mfnOf,
  offset,
  pageOffset,
  raw,
} from "../address.ts";
import { type FamilyAppliers, nothing } from "./appliers.ts";
import { pagesOf, type State } from "./state.ts";

export const iommu = {
  "iommu.mapped": (state, event) => {
    const frame = mfnOf(event.machine);
    for (let i = 0; i < pagesOf(event.size); i++)
      state.iommu.set(offset(event.page, i), offset(frame, i));
  },
  "iommu.unmapped": (state, event) => {
    for (let i = 0; i < pagesOf(event.size); i++) state.iommu.delete(offset(event.page, i));
  },
  "iommu.filled": (state, event) => {
    // One table has both, a frame and a page of the bus: its numbers are plain.
    state.spare.set(SPARE_FRAME, raw(mfnOf(event.machine)));
    state.spare.set(SPARE_END, raw(offset(event.page, pagesOf(event.size)))); // see above
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

/** Where a PCI device gets to with a bus address, by the IOMMU's TLB first; null where it has no translation. */
export function translate(state: State, address: Bus): Machine | null {
  const page = busPageOf(address);
  const frame = state.iommuTlb.get(page) ?? entryOf(state, page);
  return frame === undefined ? null : offset(machineOf(frame), pageOffset(address));
}

/** A device's access leaves its translation in the TLB until the next flush; only of a DART are all flushes known. */
export function keepTranslation(state: State, address: Bus): void {
  if (state.spare.size === 0) return;
  const page = busPageOf(address);
  const frame = state.iommuTlb.get(page) ?? entryOf(state, page);
  if (frame !== undefined) state.iommuTlb.set(page, frame);
}

/** The frame that the IOMMU's table has for a bus page, whatever its TLB has; undefined for none. */
export function entryOf(state: State, page: BusPage): Mfn | undefined {
  const entry = state.iommu.get(page);
  if (entry !== undefined) return entry;
  const frame = state.spare.get(SPARE_FRAME);
  const end = busPage(state.spare.get(SPARE_END) ?? 0);
  return frame !== undefined && page < end ? mfn(frame) : undefined;
}
