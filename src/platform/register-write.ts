// register-write.ts - a register is written, in configuration space or memory-mapped, and what follows.

import { alignDown, PAGE_SIZE, type RegisterIndex } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { type Given, handed, type Kernel } from "./kernel.ts";

/** The event of the write, and of the TLB flush it causes; `given` is the address the word is made of. */
export function writeRegister(
  kernel: Kernel,
  chipset: Chipset,
  access: {
    readonly register: RegisterIndex;
    readonly word: number;
    readonly size: number;
    readonly place: string;
  },
  given?: Given,
): void {
  const base = given && alignDown(given.bus, PAGE_SIZE);
  kernel.machine.emit({
    kind: "register.written",
    actor: "driver",
    ...access,
    ...(given === undefined || base === undefined ? {} : handed(kernel, given, base)),
  });
  if (chipset.flushesTlb(access.register, access.word))
    kernel.machine.emit({ kind: "tlb.flushed", actor: "chipset", which: "gart" });
}
