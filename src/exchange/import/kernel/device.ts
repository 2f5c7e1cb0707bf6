// device.ts - a device as the kernel names it: by its PCI address, or by a name such as 3f000000.mmc.

import { namedDevice } from "../../../event/device-name.ts";
import { pciOf } from "../source/numbers.ts";

/** What a device's name can be: no blank, and something of it is no number. */
const NAME = /^(?=.*[a-zA-Z])[\w.:@,+-]{2,64}$/;
/** A run has few devices, each named by many lines. */
const devices = new Map<string, number | null>();
const MOST_DEVICES = 4096;

/** A device's name as a number; null for what is no name of one. */
export function deviceOf(name: string): number | null {
  const known = devices.get(name);
  if (known !== undefined) return known;
  const device = pciOf(name) ?? (NAME.test(name) ? namedDevice(name) : null);
  if (devices.size < MOST_DEVICES) devices.set(name, device);
  return device;
}
