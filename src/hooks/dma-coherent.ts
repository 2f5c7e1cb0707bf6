// dma-coherent.ts - the patch of 16 March 2005: virt_to_bus, and the GATT from dma_alloc_coherent.
//
// Posted and refused on the list (LKML, 16 March 2005, "AGP bus/phys cleanups"). What is written to the
// table base register is virt_to_bus of the table, not the DMA handle; `dma-handle` is that other reading.

import { hookSet } from "./functions.ts";
import type { Hooks } from "./hooks.ts";

export const dmaCoherent = hookSet("dma-coherent", {
  to: "virt_to_bus",
  from: "bus_to_virt",
  alloc: "dma_alloc_coherent",
  free: "dma_free_coherent",
});

/**
 * The same as Paul Mackerras read it ("the bzflag mail", LKML, 17 March 2005): the chipset gets the DMA
 * handle of its table, in every driver. On a G5 that is an address of the IOMMU, which the U3 does not ask.
 * A thought experiment, so that virt_to_bus is taken to exist everywhere.
 */
export const dmaHandle: Hooks = {
  ...dmaCoherent,
  name: "dma-handle",
  uses: [],
  tableBase: ({ handle }) => handle!,
  everyDriver: true,
};
