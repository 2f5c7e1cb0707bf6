// pci-bus.ts - what lies between a PCI device and memory: an address of its bus for a machine address, and back.

import { type Bus, distance, type Machine, offset, onBus, untranslated } from "../address.ts";
import { translate } from "../machine/iommu.ts";
import type { Kernel } from "./kernel.ts";

/** What a device is told for a machine address, where no IOMMU is between. */
export function onPciBus({ platform }: Kernel, at: Machine): Bus {
  const { window, minds } = platform.dma;
  return offset(
    onBus(at),
    window !== null && minds ? distance(onBus(window.machine), window.bus) : 0,
  );
}

/** Where a PCI device gets to with a bus address; null for nowhere. */
export function reachedBy({ platform, state }: Kernel, address: Bus) {
  const translated = translate(state, address);
  if (translated !== null || platform.iommu !== null || platform.dma.window !== null)
    return translated;
  return untranslated(address);
}
