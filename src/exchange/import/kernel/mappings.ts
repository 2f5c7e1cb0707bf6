// mappings.ts - the buffers that are mapped for devices at this time, and what was mapped there before.
//
// Bus addresses are used again within milliseconds, and each device has a space of its own. One buffer can be
// mapped twice: then an unmap ends the one that it fits best, as the kernel's own check has it
// (kernel/dma/debug.c, __hash_bucket_find). A mapping whose end was seen is kept until its pages are used again.

import { PAGE_SIZE } from "../../../address.ts";
import type { Direction, Mapping } from "./command.ts";

/** What a device's address has to do with what is mapped. */
export interface Tie {
  readonly mapping: Mapping | null;
  /** The seq that the address came from: of the mapping, or of its end where it was over. */
  readonly cause: number | null;
}

/** What an unmap says of the mapping that it ends, each where it does. */
export interface Ending {
  readonly device: number | null;
  readonly start: number;
  readonly size?: number | null;
  readonly direction?: Direction | null;
}

/** Mappings kept of one page: with more, some were ended unseen. */
const MOST = 256;

export class Mappings {
  /** Bus page -> what was mapped in it, latest last. */
  readonly #pages = new Map<number, Mapping[]>();
  /** How many there ever were. */
  count = 0;
  /** Whether every end is seen; kprobes miss some, and then what is mapped last counts. */
  isWhole = false;
  /** The seq of the last gap in the recording: what was mapped before may have ended in it. */
  #gap = 0;

  lost(seq: number): void {
    this.#gap = seq;
  }

  add(mapping: Mapping): void {
    this.count++;
    for (let page = pageOf(mapping.start); page <= lastPage(mapping); page++) {
      const there = this.#pages.get(page);
      if (there === undefined) this.#pages.set(page, [mapping]);
      else {
        this.#leave(there, mapping);
        there.push(mapping);
        if (there.length > MOST) there.shift();
      }
    }
  }

  /** Drops of a page what a new mapping stands in for. Hot: once a page that is mapped. */
  #leave(there: Mapping[], mapping: Mapping): void {
    let left = 0;
    for (const old of there)
      if (!overlap(old, mapping) || this.#isLeft(old, mapping)) there[left++] = old;
    there.length = left;
  }

  #isLeft(old: Mapping, mapping: Mapping): boolean {
    return this.isWhole && old.ended === 0 && old.seq > this.#gap && isShared(old, mapping);
  }

  /** The live one that an unmap ends: of those at exactly this address the best fit; null where none is. */
  ended({ device, start, size = null, direction = null }: Ending): Mapping | null {
    let best: Mapping | null = null;
    let most = -1;
    for (const one of this.#pages.get(pageOf(start)) ?? []) {
      if (one.ended !== 0 || one.start !== start || !isOf(one, device)) continue;
      const fits = Number(one.size === size) + Number(one.direction === direction);
      // What says nothing of size and direction ends the latest.
      if (fits > most || (size === null && fits === most)) [best, most] = [one, fits];
    }
    return best;
  }

  /** What an access of so many bytes goes through: best the whole of it, else what it begins or ends in. */
  tie(device: number | null, start: number, size: number, reads: boolean | null = null): Tie {
    const there = (this.#pages.get(pageOf(start)) ?? []).filter((one) => isOf(one, device));
    const touched = (one: Mapping) => start >= one.start && start < one.start + one.size;
    const live = there.filter((one) => one.ended === 0 && touched(one));
    const whole = live.filter((one) => holds(one, start, size));
    const mapping =
      whole.findLast((one) => allows(one, reads)) ??
      whole.at(-1) ??
      live.at(-1) ??
      there.findLast(touched) ??
      null;
    if (mapping === null) return { mapping, cause: null };
    return { mapping, cause: mapping.ended === 0 ? mapping.seq : mapping.ended };
  }

  /** The live ones of a device that begin in a range or reach into its first page. */
  within(device: number | null, start: number, size: number): readonly Mapping[] {
    const found = new Set<Mapping>();
    const last = pageOf(start + Math.max(size, 1) - 1);
    for (let page = pageOf(start); page <= last; page++)
      for (const one of this.#pages.get(page) ?? [])
        if (one.ended === 0 && one.device === device) found.add(one);
    return [...found];
  }

  /** The only device that has something mapped at an address; null where none has, or several have. */
  ownerOf(start: number): number | null {
    const live = (this.#pages.get(pageOf(start)) ?? []).filter(
      (one) => one.ended === 0 && start >= one.start && start < one.start + one.size,
    );
    const owners = new Set(live.map(({ device }) => device));
    return owners.size === 1 ? live[0]!.device : null;
  }
}

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);
const lastPage = ({ start, size }: Mapping): number => pageOf(start + Math.max(size, 1) - 1);
const holds = ({ start, size }: Mapping, from: number, bytes: number): boolean =>
  from >= start && from + bytes <= start + size;
const allows = ({ direction }: Mapping, reads: boolean | null): boolean =>
  reads === null || direction !== (reads ? "from-device" : "to-device");
const overlap = (a: Mapping, b: Mapping): boolean =>
  isOf(a, b.device) && a.start < b.start + b.size && b.start < a.start + a.size;
/** Whether two live mappings that overlap are of the same memory; an IOMMU gives no address twice. */
const isShared = (a: Mapping, b: Mapping): boolean =>
  a.phys === null || b.phys === null || a.phys - a.start === b.phys - b.start;
const isOf = (mapping: Mapping, device: number | null): boolean =>
  mapping.device === device || mapping.device === null || device === null;
