// device.ts - a device as the kernel names it: by its PCI address, or by a name such as 3f000000.mmc.

import { namedDevice } from "../../../event/device-name.ts";
import { own } from "../source/names.ts";
import { pciOf } from "../source/numbers.ts";

/** What a device's name can be: no blank, and something of it is no number. */
const NAME = /^(?=.*[a-zA-Z])[\w.:@,+-]{2,64}$/;
/** A run has few devices, each named by many lines. */
const devices = new Map<string, number | null>();
const MOST_DEVICES = 4096;
/** The one that was named last. */
const last = { name: "", device: null as number | null };

/** A device's name as a number; null for what is no name of one. */
export function deviceOf(name: string): number | null {
  if (name !== last.name) [last.name, last.device] = [name, foundDevice(name)];
  return last.device;
}

function foundDevice(name: string): number | null {
  const known = devices.get(name);
  if (known !== undefined) return known;
  const device = pciOf(name) ?? (NAME.test(name) ? namedDevice(name) : null);
  if (devices.size < MOST_DEVICES) devices.set(own(name), device);
  return device;
}

/** The device where debugfs names it and its driver, in either order. */
export function dumpedDevice(first: string, second: string): number | null {
  // On no bus of PCI a device's name has an address or a number of it apart, and a driver's seldom.
  const names = [first, second];
  const name = names.find((one) => pciOf(one) !== null) ?? names.find((one) => /[.:]/.test(one));
  return deviceOf(name ?? first);
}

/**
 * The device that a text names from one place on, up to one of these characters; null for none. Hot: once a call, and
 * calls for one device come together (bench: import).
 */
export function deviceAt(text: string, from: number, end: " " | '"'): number | null {
  const { name } = last;
  if (text.startsWith(name, from) && text[from + name.length] === end) return last.device;
  const to = text.indexOf(end, from);
  return deviceOf(to < 0 ? text.slice(from, -1) : text.slice(from, to));
}
