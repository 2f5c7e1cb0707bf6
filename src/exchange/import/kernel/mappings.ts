// mappings.ts - the buffers that are mapped for devices at this time, and what was mapped there before.
//
// Bus addresses are used again within milliseconds, and unmaps can go unseen (a kprobe misses re-entrant
// hits), so what is mapped last counts; a mapping whose end was seen is kept until its pages are used again.

import { PAGE_SIZE } from "../../../address.ts";
import type { Mapping } from "./command.ts";

/** What a device's address has to do with what is mapped. */
export interface Tie {
  readonly mapping: Mapping | null;
  /** The seq that the address came from: of the mapping, or of its end where it was over. */
  readonly cause: number | null;
}

export class Mappings {
  /** Bus page -> what was mapped in it, latest last. */
  readonly #pages = new Map<number, Mapping[]>();

  add(mapping: Mapping): void {
    for (let page = pageOf(mapping.start); page <= lastPage(mapping); page++) {
      const there = this.#pages.get(page);
      if (there === undefined) this.#pages.set(page, [mapping]);
      else {
        // Whatever the new one lies on is over, seen or not.
        const left = there.filter((old) => old.ended === 0 && !overlap(old, mapping));
        left.push(mapping);
        this.#pages.set(page, left);
      }
    }
  }

  /** The one mapped at exactly this address; null where none is. */
  at(device: number | null, start: number): Mapping | null {
    const there = this.#pages.get(pageOf(start)) ?? [];
    return (
      there.findLast((one) => one.ended === 0 && one.start === start && isOf(one, device)) ?? null
    );
  }

  /** What an access of so many bytes goes through: best the whole of it, else what it begins or ends in. */
  tie(device: number | null, start: number, size: number): Tie {
    const there = (this.#pages.get(pageOf(start)) ?? []).filter((one) => isOf(one, device));
    const touched = (one: Mapping) => start >= one.start && start < one.start + one.size;
    const mapping =
      there.findLast((one) => one.ended === 0 && touched(one) && holds(one, start, size)) ??
      there.findLast((one) => one.ended === 0 && touched(one)) ??
      there.findLast(touched) ??
      null;
    if (mapping === null) return { mapping, cause: null };
    return { mapping, cause: mapping.ended === 0 ? mapping.seq : mapping.ended };
  }
}

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);
const lastPage = ({ start, size }: Mapping): number => pageOf(start + Math.max(size, 1) - 1);
const holds = ({ start, size }: Mapping, from: number, bytes: number): boolean =>
  from >= start && from + bytes <= start + size;
const overlap = (a: Mapping, b: Mapping): boolean =>
  isOf(a, b.device) && a.start < b.start + b.size && b.start < a.start + a.size;
const isOf = (mapping: Mapping, device: number | null): boolean =>
  mapping.device === device || mapping.device === null || device === null;
