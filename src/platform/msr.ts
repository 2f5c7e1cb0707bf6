// msr.ts - the processor's model-specific registers, which start at zero.

import { msrNumber } from "../event/register.ts";
import type { Kernel } from "./kernel.ts";
import { wordAt } from "./register-access.ts";

const BYTES = 8;

export class Msr {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** rdmsr: a register's number as the processor's manual has it; its word has up to 52 bits here. */
  read(msr: number, place: string): number {
    const register = msrNumber(msr);
    const word = wordAt(this.#kernel.state, register, BYTES);
    const access = { register, word, size: BYTES } as const;
    this.#kernel.machine.emit({ kind: "register.read", actor: "driver", place, ...access });
    return word;
  }

  /** wrmsr. */
  write(msr: number, word: number, place: string): void {
    const access = { register: msrNumber(msr), word, size: BYTES } as const;
    this.#kernel.machine.emit({ kind: "register.written", actor: "driver", place, ...access });
  }
}
