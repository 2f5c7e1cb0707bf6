// power.ts - suspend to RAM: memory stays, the registers of every chip lose what they hold.
//
// pci_save_state and pci_restore_state (drivers/pci/pci.c, 2.6.12 and 2.6.18) keep the 64 bytes of the standard header
// of each device. What a chipset has behind it, such as the base of its table, only a driver can write again.

import { offset, type RegisterIndex } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import type { Kernel } from "./kernel.ts";
import type { Pci } from "./pci.ts";
import { wordAt } from "./register-access.ts";

const HEADER_WORDS = 16;
const WORD = 4;

/** The words of a device's standard header, by its name. */
type Saved = ReadonlyMap<string, readonly number[]>;

/** Suspends and wakes up again, up to where the driver's resume function is called. */
export function sleep(kernel: Kernel, pci: Pci): void {
  const saved = save(kernel, pci);
  losePower(kernel, pci);
  restore(kernel, saved);
}

function save({ machine, state }: Kernel, pci: Pci): Saved {
  const words = (device: string): number[] =>
    Array.from({ length: HEADER_WORDS }, (_, i) => {
      const register = headerWord(device, i);
      const word = wordAt(state, register, WORD, pci.powerOn);
      const by = { actor: "kernel", place: "pci_save_state" } as const;
      machine.emit({ kind: "register.read", ...by, register, word, size: WORD });
      return word;
    });
  return new Map(pci.devices.map(({ name }) => [name, words(name)]));
}

/** Each register that an event has shown is as at power-on, and the GART has forgotten every entry. */
function losePower({ machine, state }: Kernel, { powerOn }: Pci): void {
  const bytes = [...state.registers].filter(([at, { word }]) => word !== (powerOn.get(at) ?? 0));
  for (const [register] of bytes) {
    const word = powerOn.get(register) ?? 0;
    machine.emit({ kind: "register.written", actor: "chipset", register, word, size: 1 });
  }
  machine.emit({ kind: "tlb.flushed", actor: "chipset", which: "gart" });
}

function restore({ machine }: Kernel, saved: Saved): void {
  const by = { actor: "kernel", place: "pci_restore_state" } as const;
  for (const [device, words] of saved)
    for (const [i, word] of words.entries()) {
      const register = headerWord(device, i);
      machine.emit({ kind: "register.written", ...by, register, word, size: WORD });
    }
}

const headerWord = (device: string, i: number): RegisterIndex =>
  offset(registerNumber("config", bdfOf(device), 0), i * WORD);
