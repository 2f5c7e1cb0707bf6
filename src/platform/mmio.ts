// mmio.ts - memory-mapped registers of a device, which the state keeps; they start at zero.

import type { RegisterIndex } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { DeviceAddress, Kernel } from "./kernel.ts";
import { type Width, wordAt, writeRegister } from "./register-access.ts";

export class Mmio {
  readonly #kernel: Kernel;
  readonly #chipset: Chipset;

  constructor(kernel: Kernel, chipset: Chipset) {
    this.#kernel = kernel;
    this.#chipset = chipset;
  }

  read(offset: number, width: Width | 8, place: string): number {
    const register = this.#number(offset);
    const word = wordAt(this.#kernel.state, register, width);
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
    offset: number,
    width: Width | 8,
    word: number,
    place: string,
    address?: DeviceAddress,
  ): void {
    const register = this.#number(offset);
    writeRegister(this.#kernel, this.#chipset, { register, word, size: width, place }, address);
  }

  #number(offset: number): RegisterIndex {
    return registerNumber("mmio", bdfOf(this.#chipset.mmio!.device), offset);
  }
}
