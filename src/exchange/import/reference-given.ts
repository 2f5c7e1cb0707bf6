// reference-given.ts - which page a number stands for: the recorder logged calls, this remembers who gave it.

import { type Bus, bus, type Phys, raw } from "../../address.ts";

/** The event that gave a number out, and the page that was asked about. */
export interface Source {
  readonly seq: number;
  readonly phys: Phys;
}

/** What a register of 32 bits can hold of a number. */
const LOW = 2 ** 32;

export class Given {
  readonly #byHook = new Map<number, Source>();
  readonly #byHandle = new Map<number, Source>();
  /** The last number given out with these low 32 bits. */
  readonly #byLow = new Map<number, number>();

  /** A hook gave the driver this number for a page. */
  byHook(number: number, source: Source): void {
    this.#byHook.set(number, source);
    this.#byLow.set(number % LOW, number);
  }

  /** The handle of DMA memory; the driver took it from there only where no hook gave it the number. */
  byHandle(handle: Bus, source: Source): void {
    this.#byHandle.set(raw(handle), source);
    this.#byLow.set(raw(handle) % LOW, raw(handle));
  }

  sourceOf(number: Bus): Source | undefined {
    return this.#byHook.get(raw(number)) ?? this.#byHandle.get(raw(number));
  }

  /** The number given out that a register of 32 bits stands for; itself where there is none. */
  whole(low: Bus): Bus {
    const known = this.sourceOf(low) === undefined ? this.#byLow.get(raw(low)) : undefined;
    return known === undefined ? low : bus(known);
  }
}
