// leading-events.ts - the addresses of entries and registers as they were written: what an access went by.

import { type Addresses, addressesOf } from "../event/verdict.ts";
import type { Event } from "../event/vocabulary.ts";
import type { Lookup } from "./sources.ts";

/** Events whose addresses are kept: a power of two. */
const KEPT = 1 << 16;
const NONE = Number.NaN;
const CODES = ["gatt.written", "register.written"] as const;

/** The addresses of the last writes of entries and registers: what an access through them may have come from. */
export class LeadingEvents {
  readonly #seqs = new Float64Array(KEPT);
  readonly #kinds = new Uint8Array(KEPT);
  readonly #phys = new Float64Array(KEPT);
  readonly #machine = new Float64Array(KEPT);
  readonly #reached = new Float64Array(KEPT);

  keep(seq: number, event: Event): void {
    const at = seq % KEPT;
    const { phys, machine, reached } = addressesOf(event);
    this.#seqs[at] = seq;
    this.#kinds[at] = event.kind === CODES[0] ? 0 : 1;
    this.#phys[at] = phys ?? NONE;
    this.#machine[at] = machine ?? NONE;
    this.#reached[at] = reached ?? NONE;
  }

  /** The addresses of an event; null where it is not there. */
  of(seq: number, past: Lookup): Addresses | null {
    const at = seq % KEPT;
    if (this.#seqs[at] !== seq) {
      const recorded = past.event(seq);
      return recorded === undefined ? null : addressesOf(recorded.event);
    }
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    return {
      kind: CODES[this.#kinds[at]!]!,
      ...{ virt: null, bus: null },
      phys: known(this.#phys[at]!),
      machine: known(this.#machine[at]!),
      reached: known(this.#reached[at]!),
    };
  }
}
