// register-access.ts - how the kernel reads and writes a register, be it in configuration space, memory-mapped or an MSR.

import { alignDown, offset, PAGE_SIZE, type RegisterIndex, type Virt } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import type { State } from "../machine/state.ts";
import { addressFields, type DeviceAddress, type Kernel } from "./kernel.ts";

/** Bytes that one access to configuration space takes; memory-mapped registers have accesses of 8 as well. */
export type Width = 1 | 2 | 4;

/** The word that so many bytes of registers make; a byte that no event shows is as at power-on, 0 where not listed. */
export function wordAt(
  { registers }: State,
  register: RegisterIndex,
  bytes: number,
  powerOn?: ReadonlyMap<RegisterIndex, number>,
): number {
  let word = 0;
  for (let i = 0; i < bytes; i++) {
    const at = offset(register, i);
    const byte = registers.get(at)?.word ?? powerOn?.get(at) ?? 0;
    word += byte * 256 ** i;
  }
  return word;
}

/** The event of the write, and of the TLB flush it causes; `address` is the address the word is made of. */
export function writeRegister(
  kernel: Kernel,
  chipset: Chipset,
  access: {
    readonly register: RegisterIndex;
    readonly word: number;
    readonly size: number;
    readonly place: string;
    readonly virt?: Virt;
  },
  address?: DeviceAddress,
): void {
  const base = address && alignDown(address.bus, PAGE_SIZE);
  kernel.machine.emit({
    kind: "register.written",
    actor: "driver",
    ...access,
    ...(address === undefined || base === undefined ? {} : addressFields(kernel, address, base)),
  });
  if (chipset.flushesTlb(access.register, access.word))
    kernel.machine.emit({ kind: "tlb.flushed", actor: "chipset", which: "gart" });
}
