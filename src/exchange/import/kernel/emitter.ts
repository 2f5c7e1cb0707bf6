// emitter.ts - emits a run's events: each with the time and, where lines are kept, the line of the current record.

import { dmaCalls } from "../../../event/iommu.ts";
import type { Event } from "../../../event/vocabulary.ts";
import type { Machine, Sink } from "../../../machine/machine.ts";
import { CheckedMachine } from "../source/checked-machine.ts";
import type { Source } from "../source/source.ts";
import type { SourceLine } from "./command.ts";
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
  /** Who made the call that the current record tells, outside the DMA API; null where no stack says. */
  caller: string | null = null;
  readonly #keep: KeepLine | null;
  /** What times are counted from: the first of all, where that is past what a number holds exactly; null before it. */
  #origin: number | null = null;

  constructor(environment: Environment, sink: Sink, keep: KeepLine | null) {
    const { known, xen } = environment;
    this.environment = environment;
    this.machine = new CheckedMachine({ physIsMachine: known && !xen, chipset: null }, sink);
    this.#keep = keep;
  }

  /** The file and line of the current record. */
  get origin(): SourceLine {
    return { source: this.source, line: this.source?.line ?? 0 };
  }

  /** Whether somebody wants the line that an event comes from. */
  get keepsLines(): boolean {
    return this.#keep !== null;
  }

  /** Emits an event and gives its seq: the only way to the machine. */
  emit(event: Event): number {
    const timed = event.at == null ? event : this.#timed(event, event.at);
    const seq = this.machine.emit(this.caller === null ? timed : calledBy(timed, this.caller));
    if (this.#keep !== null && this.source !== null) {
      const { path, line } = this.source;
      this.#keep(seq, { path, number: line, text: this.text });
    }
    return seq;
  }

  /** A kernel that has been up for 104 days counts more than 2^53 nanoseconds, and a wall clock always. */
  #timed(event: Event, at: number): Event {
    this.#origin ??= Number.isSafeInteger(at) ? 0 : at;
    if (this.#origin === 0 && Number.isSafeInteger(at)) return event;
    const since = Math.max(0, microsecondsOf(at - this.#origin));
    return { ...event, at: Number.isSafeInteger(since) ? since : null };
  }
}

/** Nanoseconds to the microsecond, of which numbers of that size are exact to some. */
const microsecondsOf = (nanoseconds: number): number => Math.round(nanoseconds / 1e3) * 1e3;

/** An event of a call, in the function that made the call; any other as it is. */
function calledBy(event: Event, caller: string): Event {
  switch (event.kind) {
    case "dma.mapped":
      return { ...event, place: caller, ...callNamed(dmaCalls[event.kind], event.place) };
    case "dma.unmapped":
      return { ...event, place: caller, ...callNamed(dmaCalls[event.kind], event.place) };
    case "dma.synced":
      return { ...event, place: caller, ...callNamed(dmaCalls[event.kind], event.place) };
    case "iommu.mapped":
    case "iommu.unmapped":
      return { ...event, place: caller };
    case "fault.raised":
      return event.actor === "kernel" && event.fault !== "iommu"
        ? { ...event, place: caller }
        : event;
    default:
      return event;
  }
}

function callNamed<C extends string>(
  calls: readonly C[],
  place: string | null | undefined,
): { call?: C } {
  const call = calls.find((name) => name === place);
  return call === undefined ? {} : { call };
}
