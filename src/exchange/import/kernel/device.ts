// device.ts - a device as the kernel names it: by its PCI address, or by a name such as 3f000000.mmc.

import { namedDevice } from "../../../event/device-name.ts";
import { bdfOf } from "../../../event/register.ts";

const PCI = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;
/** What a device's name can be: no blank, and something of it is no number. */
const NAME = /^(?=.*[a-zA-Z])[\w.:@,+-]{2,64}$/;
/** A run has few devices, each named by many lines. */
const devices = new Map<string, number | null>();
const MOST_DEVICES = 4096;

/** A device's name as a number; null for what is no name of one. */
export function deviceOf(name: string): number | null {
  const known = devices.get(name);
  if (known !== undefined) return known;
  let device: number | null = null;
  if (PCI.test(name)) device = bdfOf(name);
  else if (NAME.test(name)) device = namedDevice(name);
  if (devices.size < MOST_DEVICES) devices.set(name, device);
  return device;
}
