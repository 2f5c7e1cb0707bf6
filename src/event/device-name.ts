// device-name.ts - devices that are on no PCI bus, by the names that the kernel gives them: 3f000000.mmc.
//
// A device is a number in every event. A PCI device's is its address; any other's is made of its name, so that it
// is the same in every trace, and a trace keeps the names whose numbers it holds (option `devices`).

/** PCI devices have lower numbers, those of 2^20 domains. */
const NAMED = 2 ** 36;
const NAMES = 2 ** 32;

const names = new Map<number, string>();

export const isNamedDevice = (device: number): boolean => device >= NAMED;

/** The number of a device by its name, which is known from then on. */
export function namedDevice(name: string): number {
  // FNV-1a; two names of one number are so rare that the next free one is taken.
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++)
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  for (;;) {
    const number = NAMED + hash;
    const known = names.get(number);
    if (known === undefined) names.set(number, name);
    if (known === undefined || known === name) return number;
    hash = (hash + 1) % NAMES;
  }
}

/** The name of such a number; its digits where no trace that was opened tells it. */
export const nameOfDevice = (device: number): string =>
  names.get(device) ?? `device-${(device - NAMED).toString(16)}`;

/** Names in one text, as a trace's option `devices` has them; a device's name has no blank. */
export const namesText = (devices: Iterable<number>): string =>
  [...devices].map(nameOfDevice).sort().join(" ");

/** Makes the names of such a text known. */
export function learnNames(text: unknown): void {
  if (typeof text !== "string") return;
  for (const name of text.split(" ")) if (name !== "") namedDevice(name);
}
