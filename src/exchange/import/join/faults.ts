// faults.ts - one fault told by several sources is one event: a kernel's log, a tracepoint and the device's model.
//
// They tell it in any order and with other precision: VT-d's register has the page alone, and not every log names
// the device. The k-th that one source tells of a page is the k-th that another tells, as long as the devices agree.

import { busPageOf, onDeviceBus, raw } from "../../../address.ts";
import type { Event, Of } from "../../../event/vocabulary.ts";

type Fault = Of<"fault.raised">;

interface RaisedFault {
  readonly seq: number;
  readonly device: number | null;
  /** Who has told it. */
  readonly by: Set<unknown>;
}

/** Faults of one page that are compared, at most, and pages that are remembered. */
const NEAR = 64;
const MOST_PAGES = 65536;

export class Faults {
  readonly #emit: (event: Event) => number;
  /** What memory has the number that a device was refused, where it was never mapped; null where nothing tells. */
  readonly #memoryAt: (fault: Fault) => string | null;
  /** The event of the mapping that the address belongs to, or of the end of it; null where none is known. */
  readonly #mappingOf: (fault: Fault) => number | null;
  readonly #pages = new Map<number, RaisedFault[]>();

  constructor(
    emit: (event: Event) => number,
    {
      memoryAt,
      mappingOf,
    }: {
      readonly memoryAt: (fault: Fault) => string | null;
      readonly mappingOf: (fault: Fault) => number | null;
    },
  ) {
    this.#emit = emit;
    this.#memoryAt = memoryAt;
    this.#mappingOf = mappingOf;
  }

  /**
   * Emits what a source tells of a fault: the fault, or where another source has told it what `again` makes of
   * it, which has the fault for its cause. Gives the seq of the fault.
   */
  raise(source: unknown, fault: Fault, again: (cause: number) => Event): number {
    const { device = null, bus } = fault;
    if (bus == null || fault.fault !== "iommu") return this.#emit(fault);
    const page = raw(busPageOf(onDeviceBus(bus))); // Only whether two are the same counts.
    const raised = this.#pages.get(page) ?? [];
    const same = raised.find(
      (one) =>
        !one.by.has(source) && (one.device === device || one.device === null || device === null),
    );
    if (same !== undefined) {
      same.by.add(source);
      this.#emit(again(same.seq));
      return same.seq;
    }
    const cause = this.#mappingOf(fault);
    const memory = cause === null ? this.#memoryAt(fault) : null;
    const text = memory === null ? fault.text : also(fault.text, memory);
    const seq = this.#emit({ ...fault, cause, ...(text === undefined ? {} : { text }) });
    raised.push({ seq, device, by: new Set([source]) });
    if (raised.length > NEAR) raised.shift();
    this.#pages.delete(page);
    this.#pages.set(page, raised);
    if (this.#pages.size > MOST_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    return seq;
  }
}

const also = (text: string | null | undefined, memory: string): string =>
  `${text == null ? "" : `${text}; `}in /proc/iomem that number is ${memory}`;
