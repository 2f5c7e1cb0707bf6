// mmio.ts - memory-mapped registers of a device, as plain storage that starts at zero.

import type { Chipset } from "../chipset/chipset.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { Given, Kernel } from "./kernel.ts";
import type { Width } from "./pci.ts";
import { writeRegister } from "./register-write.ts";

export class Mmio {
  readonly #kernel: Kernel;
  readonly #chipset: Chipset;
  readonly #words = new Map<number, number>();

  constructor(kernel: Kernel, chipset: Chipset) {
    this.#kernel = kernel;
    this.#chipset = chipset;
  }

  read(offset: number, width: Width, place: string): number {
    const register = this.#number(offset);
    const word = this.#words.get(register) ?? 0;
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

  /** `given` is the address that the value is made of, where it holds one. */
  write(offset: number, width: Width, word: number, place: string, given?: Given): void {
    const register = this.#number(offset);
    writeRegister(this.#kernel, this.#chipset, { register, word, size: width, place }, given);
    this.#words.set(register, word);
  }

  #number(offset: number): number {
    return registerNumber("mmio", bdfOf(this.#chipset.mmio!.device), offset);
  }
}
