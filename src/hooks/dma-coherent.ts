// dma-coherent.ts - the patch of 16 March 2005: virt_to_bus, and the GATT from dma_alloc_coherent.
//
// Posted and refused on the list (LKML, 16 March 2005, "AGP bus/phys cleanups"). What is written to the
// table base register is virt_to_bus of the table, not the DMA handle; `dma-handle` is that other reading.

import { onBus } from "../address.ts";
import { busToPhys, coherentTable, found, gave, type Hooks } from "./hooks.ts";

export const dmaCoherent: Hooks = {
  name: "dma-coherent",
  toDevice(arch, address, place) {
    const machine = arch.kernel.machineOf(arch.kernel.physOf(address))!;
    return gave(arch, "virt_to_bus", address, onBus(machine), place, "bus");
  },
  fromDevice: (arch, given, place) =>
    found(arch, "bus_to_virt", given, busToPhys(arch, given.bus), place, "bus"),
  ...coherentTable,
  everyDriver: false,
};

/**
 * The same as Paul Mackerras read it ("the bzflag mail", LKML, 17 March 2005): the chipset is told the DMA
 * handle of its table, in every driver. On a G5 that is an address of the IOMMU, which the U3 does not ask.
 */
export const dmaHandle: Hooks = {
  ...dmaCoherent,
  name: "dma-handle",
  tableBase: ({ handle }) => handle!,
  everyDriver: true,
};
