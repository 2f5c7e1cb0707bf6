// pci.ts - PCI configuration space of the bridge and the display device, as plain storage.
//
// As in the reference recordings: unlisted bytes are 0, nothing has side effects except what a chipset's
// value says of its TLB and of what registers keep, and the AGP status register ignores writes.

import { hex } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { keptWord } from "../machine/register.ts";
import type { Given, Kernel } from "./kernel.ts";
import { writeRegister } from "./register-write.ts";

const PCI_CAP_ID_AGP = 2;
export const PCI_AGP_STATUS = 4;
export const PCI_AGP_COMMAND = 8;
export type Width = 1 | 2 | 4;

export type PciDevice = Chipset["devices"][number];

export class Pci {
  readonly devices: readonly PciDevice[];
  readonly #kernel: Kernel;
  readonly #chipset: Chipset;
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(kernel: Kernel, chipset: Chipset) {
    this.#kernel = kernel;
    this.#chipset = chipset;
    this.devices = chipset.devices;
    for (const { device, offset, width, value } of chipset.powerOn)
      store(this.#space(device), offset, width, value);
  }

  read(device: string, offset: number, width: Width, place: string): number {
    const word = load(this.#space(device), offset, width);
    this.#kernel.machine.emit({
      kind: "register.read",
      actor: "driver",
      place,
      register: registerNumber("config", bdfOf(device), offset),
      word,
      size: width,
    });
    return word;
  }

  /** `given` is the address that the value is made of, where it holds one. */
  write(
    device: string,
    offset: number,
    width: Width,
    value: number,
    place: string,
    given?: Given,
  ): void {
    const register = registerNumber("config", bdfOf(device), offset);
    writeRegister(
      this.#kernel,
      this.#chipset,
      { register, word: value, size: width, place },
      given,
    );
    if (this.#isStatus(device, offset)) return;
    const kept = keptWord(this.#kernel.state, { register, word: value });
    store(this.#space(device), offset, width, kept);
  }

  /** pci_find_capability: the reference's harness answers it without reading configuration space. */
  findAgp(device: PciDevice, place: string): number {
    this.#kernel.machine.emit({
      kind: "call.returned",
      actor: "kernel",
      place,
      text: `pci_find_capability(${device.name}, ${PCI_CAP_ID_AGP})`,
      result: device.agp,
    });
    return device.agp;
  }

  /** pci_find_slot: the device of that number and function on the bus; null where there is none. */
  findSlot(bus: number, devfn: number, place: string): PciDevice | null {
    const found = this.devices.find(({ name }) => bdfOf(name) === bus * 256 + devfn) ?? null;
    this.#kernel.machine.emit({
      kind: "call.returned",
      actor: "kernel",
      place,
      text: `pci_find_slot(${bus}, ${hex(devfn)})`,
      result: found === null ? 0 : 1,
    });
    return found;
  }

  #isStatus(device: string, offset: number): boolean {
    const { agp } = this.devices.find(({ name }) => name === device)!;
    return agp !== 0 && offset === agp + PCI_AGP_STATUS;
  }

  #space(device: string): Uint8Array {
    let space = this.#bytes.get(device);
    if (space === undefined) {
      space = new Uint8Array(256);
      this.#bytes.set(device, space);
    }
    return space;
  }
}

function load(space: Uint8Array, offset: number, width: Width): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + space[offset + i]!;
  return value;
}

function store(space: Uint8Array, offset: number, width: Width, value: number): void {
  for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256))
    space[offset + i] = rest % 256;
}
