// pci.ts - PCI configuration space of the bridge and the display device: bytes that the state keeps.
//
// Before its first event a byte has the power-on value that the chipset lists, or 0 as in the reference recordings.
// How a write changes the bytes is decided in machine/register.ts.

import { hex, offset, type RegisterIndex } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { DeviceAddress, Kernel } from "./kernel.ts";
import { type Width, wordAt, writeRegister } from "./register-access.ts";

const PCI_CAP_ID_AGP = 2;

export type PciDevice = Chipset["devices"][number];

export class Pci {
  readonly devices: readonly PciDevice[];
  readonly #kernel: Kernel;
  readonly #chipset: Chipset;
  /** Bytes at power-on, by register number. */
  readonly powerOn: ReadonlyMap<RegisterIndex, number>;

  constructor(kernel: Kernel, chipset: Chipset) {
    this.#kernel = kernel;
    this.#chipset = chipset;
    this.devices = chipset.devices;
    this.powerOn = new Map(chipset.powerOn.flatMap(bytesOf));
  }

  read(device: string, offset: number, width: Width, place: string): number {
    const register = registerNumber("config", bdfOf(device), offset);
    const word = wordAt(this.#kernel.state, register, width, this.powerOn);
    this.#kernel.machine.emit({
      kind: "register.read",
      actor: "driver",
      place,
      register,
      word,
      size: width,
    });
    return word;
  }

  /** `address` is the address in the value, if it has one. */
  write(
    device: string,
    offset: number,
    width: Width,
    value: number,
    place: string,
    address?: DeviceAddress,
  ): void {
    const register = registerNumber("config", bdfOf(device), offset);
    const access = { register, word: value, size: width, place };
    writeRegister(this.#kernel, this.#chipset, access, address);
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
}

/** The bytes of a power-on value, lowest first, each with its register number. */
function bytesOf({
  device,
  offset: first,
  width,
  value,
}: Chipset["powerOn"][number]): [RegisterIndex, number][] {
  const register = registerNumber("config", bdfOf(device), first);
  return Array.from({ length: width }, (_, i) => [
    offset(register, i),
    Math.floor(value / 256 ** i) % 256,
  ]);
}
