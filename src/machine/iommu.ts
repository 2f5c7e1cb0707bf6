// iommu.ts - how IOMMU and DMA-mapping events change the state, and where a bus address leads behind it.

import {
  type Bus,
  type BusPage,
  busPage,
  busPageOf,
  distance,
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
    // An entry that has lost bits of its page's address leads elsewhere.
    const frame = mfnOf(event.reached ?? event.machine);
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
    state.spare.set(SPARE_FIRST, raw(event.page)); // see above
  },
  "iommu.opened": (state, event) => {
    const { windows } = state;
    const first = windows.size;
    windows.set(first, raw(event.page)); // one table has pages of the bus and frames: its numbers are plain
    windows.set(first + 1, pagesOf(event.size));
    windows.set(first + 2, event.machine == null ? 0 : raw(mfnOf(event.machine)) + 1); // see above
  },
  "dma.mapped": (state, event) => {
    const { handle, device = null, size } = event;
    state.dma.set({ handle, device, bytes: size });
  },
  "dma.unmapped": (state, event) => {
    state.dma.delete(event.handle, event.device ?? null);
  },
  "dma.synced": nothing,
  "iommu.translated": nothing,
} satisfies FamilyAppliers;

/** What `state.spare` holds: the frame that unused entries lead to, the first page past the entries, and their first. */
const [SPARE_FRAME, SPARE_END, SPARE_FIRST] = [0, 1, 2];

/** Where a PCI device gets to with a bus address, by the IOMMU's TLB first; null where it has no translation. */
export function translate(state: State, address: Bus): Machine | null {
  if (!isTranslated(state) && state.spare.size === 0 && state.iommuTlb.size === 0) return null;
  const page = busPageOf(address);
  const frame = state.iommuTlb.get(page) ?? entryOf(state, page);
  if (frame !== undefined) return offset(machineOf(frame), pageOffset(address));
  return seenDirectly(state, address);
}

/** The memory that is seen at a bus address past the IOMMU's entries; null for none. */
function seenDirectly({ windows }: State, address: Bus): Machine | null {
  const page = busPageOf(address);
  for (let i = 0; i < windows.size; i += 3) {
    const first = busPage(windows.get(i)!);
    const within = distance(first, page);
    const frame = windows.get(i + 2)!;
    if (frame > 0 && within >= 0 && within < windows.get(i + 1)!)
      return offset(machineOf(mfn(frame - 1 + within)), pageOffset(address));
  }
  return null;
}

/** Whether a device's address leads where the IOMMU says, and nowhere else. */
export const isTranslated = ({ iommu: entries, windows }: State): boolean =>
  entries.size > 0 || windows.size > 0;

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
  const first = busPage(state.spare.get(SPARE_FIRST) ?? 0);
  const end = busPage(state.spare.get(SPARE_END) ?? 0);
  return frame !== undefined && page >= first && page < end ? mfn(frame) : undefined;
}
