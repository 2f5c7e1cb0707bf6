// emitter.ts - emits a run's events: each with the time and, where lines are kept, the line of the current record.

import type { Event } from "../../../event/vocabulary.ts";
import type { Machine, Sink } from "../../../machine/machine.ts";
import { CheckedMachine } from "../source/checked-machine.ts";
import type { Source } from "../source/source.ts";
import type { Environment } from "./environment.ts";

/** Takes the line that an event comes from, for imports that keep lines. */
export type KeepLine = (
  seq: number,
  line: { readonly path: string; readonly number: number; readonly text: string },
) => void;

export class Emitter {
  readonly machine: Machine;
  readonly environment: Environment;
  /** Nanoseconds on the guest's clock; null where the current record has none. */
  at: number | null = null;
  /** The source of the current record, and its text. */
  source: Source | null = null;
  text = "";
  readonly #keep: KeepLine | null;

  constructor(environment: Environment, sink: Sink, keep: KeepLine | null) {
    const { known, xen } = environment;
    this.environment = environment;
    this.machine = new CheckedMachine({ physIsMachine: known && !xen, chipset: null }, sink);
    this.#keep = keep;
  }

  /** Whether somebody wants the line that an event comes from. */
  get keepsLines(): boolean {
    return this.#keep !== null;
  }

  /** Emits an event and gives its seq: the only way to the machine. */
  emit(event: Event): number {
    const seq = this.machine.emit(event);
    if (this.#keep !== null && this.source !== null) {
      const { path, line } = this.source;
      this.#keep(seq, { path, number: line, text: this.text });
    }
    return seq;
  }
}
