// iommu.ts - how IOMMU and DMA-mapping events change the state.

import { mfnOf, raw } from "../address.ts";
import type { Part } from "./part.ts";
import { nothing } from "./part.ts";
import { pagesOf } from "./state.ts";

export const iommu = {
  "iommu.mapped": (state, event) => {
    const frame = raw(mfnOf(event.machine));
    for (let i = 0; i < pagesOf(event.size); i++) state.iommu.set(event.page + i, frame + i);
  },
  "iommu.unmapped": (state, event) => {
    for (let i = 0; i < pagesOf(event.size); i++) state.iommu.delete(event.page + i);
  },
  "dma.mapped": (state, event) => {
    state.dma.set(event.handle, event.size);
  },
  "dma.unmapped": (state, event) => {
    state.dma.delete(event.handle);
  },
  "iommu.translated": nothing,
} satisfies Part;
