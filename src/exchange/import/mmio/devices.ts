// devices.ts - the PCI devices that an mmiotrace log lists, and whose register an address is.

/** How many base address registers a function has, the expansion ROM's with them. */
const BARS = 7;

export interface Device {
  /** Bus x 256 + slot x 8 + function. */
  readonly bdf: number;
  /** Vendor x 65536 + device, as in configuration space. */
  readonly id: number;
  /** The driver that was bound when the log began; "" where none was. */
  readonly driver: string;
}

/** A stretch of a device's memory; its registers count on through the stretches in the order of the BARs. */
interface Stretch {
  readonly start: number;
  readonly length: number;
  readonly offset: number;
  readonly device: Device;
}

/** A device, and where among its registers an address is. */
export interface DeviceOffset {
  readonly device: Device;
  readonly offset: number;
}

export class Devices {
  /** By their first address. */
  #stretches: Stretch[] = [];
  #last: Stretch | null = null;

  /** Takes the fields of a PCIDEV line; false where they are none. */
  add([, where = "", id = "", irq = "", ...rest]: readonly string[]): boolean {
    const numbers = [where, id, irq, ...rest.slice(0, 2 * BARS)];
    if (numbers.length !== 3 + 2 * BARS || !numbers.every((text) => /^[0-9a-f]{1,13}$/.test(text)))
      return false;
    const values = numbers.map((text) => Number.parseInt(text, 16));
    const device = { bdf: values[0]! % 0x10000, id: values[1]!, driver: rest[2 * BARS] ?? "" };
    const bases = values.slice(3, 3 + BARS);
    let offset = 0;
    for (const [i, base] of bases.entries()) {
      const length = values[3 + BARS + i]!;
      // Bit 0 of a BAR tells ports from memory (PCI 3.0, 6.2.5.1); the low four bits are no address.
      if (length === 0 || base % 2 === 1) continue;
      this.#stretches.push({ start: base - (base % 16), length, offset, device });
      offset += length;
    }
    this.#stretches.sort((a, b) => a.start - b.start);
    this.#last = null;
    return true;
  }

  /** The device that decodes a bus address, and where among its registers; null where none does. */
  at(address: number): DeviceOffset | null {
    let found = this.#last;
    if (found === null || !holds(found, address))
      found = this.#stretches.find((stretch) => holds(stretch, address)) ?? null;
    this.#last = found;
    return found && { device: found.device, offset: found.offset + address - found.start };
  }
}

const holds = ({ start, length }: Stretch, address: number): boolean =>
  address >= start && address - start < length;
