// pci-bus.ts - the translation between machine addresses and those that a PCI device uses, in both directions.

import { type Bus, distance, type Machine, offset, onBus, untranslated } from "../address.ts";
import { isTranslated, translate } from "../machine/iommu.ts";
import type { Kernel } from "./kernel.ts";

/** The bus address of a machine address where no IOMMU translates. */
export function onPciBus({ platform }: Kernel, at: Machine): Bus {
  const { window, minds } = platform.dma;
  return offset(
    onBus(at),
    window !== null && minds ? distance(onBus(window.machine), window.bus) : 0,
  );
}

/** The machine address that a PCI device reaches with a bus address; null where nothing answers. */
export function reachedBy({ platform, state }: Kernel, address: Bus) {
  const translated = translate(state, address);
  const { code, window } = platform.dma;
  if (translated !== null || code.name === "upwards" || window !== null || isTranslated(state))
    return translated;
  return untranslated(address);
}
