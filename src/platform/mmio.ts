// mmio.ts - memory-mapped registers of a device, as plain storage that starts at zero.

import { bus, PAGE_SIZE, raw, untranslated } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { Given, Kernel } from "./kernel.ts";
import type { Width } from "./pci.ts";

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
    const { machine } = this.#kernel;
    const register = this.#number(offset);
    const base = given && bus(raw(given.bus) - (raw(given.bus) % PAGE_SIZE));
    machine.emit({
      kind: "register.written",
      actor: "driver",
      place,
      register,
      word,
      size: width,
      ...(given === undefined || base === undefined
        ? {}
        : {
            cause: given.seq,
            phys: given.phys,
            machine: this.#kernel.machineOf(given.phys),
            bus: base,
            reached: untranslated(base),
          }),
    });
    this.#words.set(register, word);
    if (this.#chipset.flushesTlb(register, word))
      machine.emit({ kind: "tlb.flushed", actor: "chipset", which: "gart" });
  }

  #number(offset: number): number {
    return registerNumber("mmio", bdfOf(this.#chipset.mmio!.device), offset);
  }
}
