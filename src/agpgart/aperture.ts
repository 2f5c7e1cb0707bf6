// aperture.ts - how most drivers read the size and the base of the aperture.

import type { Bridge } from "./bridge.ts";

/** Sets the current size to the driver's size with that code; its megabytes, or 0 where there is none. */
export function setSize(bridge: Bridge, code: number): number {
  const index = bridge.driver.sizes.findIndex(({ value }) => value === code);
  if (index < 0) return 0;
  bridge.currentSize = bridge.driver.sizes[index]!;
  bridge.previousSize = bridge.currentSize;
  bridge.apertureSizeIdx = index;
  return bridge.currentSize.size;
}

export const APBASE = 0x10;

/** Where the bridge's first BAR puts the aperture, without the bits that say what kind of BAR it is; gives the BAR. */
export function readAperture(bridge: Bridge, place: string): number {
  const base = bridge.board.pci.read(bridge.board.chipset.bridge.device, APBASE, 4, place);
  bridge.gartBusAddr = base - (base % 16);
  return base;
}
