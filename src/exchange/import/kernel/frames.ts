// frames.ts - where a dom0's pages are at each time, as far as a dump at the end and the run itself tell.
//
// A P2M dump is taken when the run is over. It holds for a page from that page's last change on: a page that
// the run will still exchange (xen_create_contiguous_region) is unknown until then, unless a page-table
// write, which shows both frames, tells of it earlier.

import {
  machineOf as atFrame,
  type Machine,
  type Mfn,
  offset,
  type Pfn,
  type Phys,
  pageOffset,
  pfnOf,
  phys,
  physOf,
} from "../../../address.ts";
import type { Emitter } from "./emitter.ts";
import type { P2mTable } from "./p2m-table.ts";

export class Frames {
  readonly #emitter: Emitter;
  /** The dump taken at the end of the run; null where there is none. */
  dump: P2mTable | null = null;
  /** Pages that no dump and no event can tell of, so as not to ask again. */
  readonly #unknown = new Set<Pfn>();
  /** Exchanges still to come, by page. */
  #coming: Map<Pfn, number> | null = null;

  constructor(emitter: Emitter) {
    this.#emitter = emitter;
  }

  /** Where a page is; the trace says so by a p2m.set before the first event that needs it. */
  machineOf(address: Phys): Machine | null {
    const known = this.#emitter.machine.state.machineOf(address);
    if (known !== null || this.dump === null) return known;
    const page = pfnOf(address);
    if (this.#unknown.has(page)) return null;
    const frame = this.#stillToChange(page) > 0 ? null : this.dump.frameOf(page);
    if (frame === null) {
      this.#unknown.add(page);
      return null;
    }
    this.#set(page, frame, null);
    return offset(atFrame(frame), pageOffset(address));
  }

  /** The frame of a page by the dump alone, whatever came in between; null where there is no dump of it. */
  endOf(page: Pfn): Mfn | null {
    return this.dump?.frameOf(page) ?? null;
  }

  /** A page-table write has shown both frames of a page that nothing else tells of. */
  learn(address: Phys, frame: Mfn, cause: number): void {
    const page = pfnOf(address);
    this.#unknown.delete(page);
    this.#set(page, frame, cause);
  }

  /** The hypervisor gave these pages other frames. */
  exchanged(address: Phys, pages: number, cause: number): void {
    const first = pfnOf(address);
    const { state } = this.#emitter.machine;
    for (let i = 0; i < pages; i++) {
      const page = offset(first, i);
      const coming = this.#stillToChange(page) - 1;
      this.#coming?.set(page, coming);
      this.#unknown.delete(page);
      const frame = coming <= 0 ? this.endOf(page) : null;
      const before = state.p2m.get(page);
      if (frame !== null) this.#set(page, frame, cause);
      else if (before !== undefined) {
        const entry = { page, phys: physOf(page), machine: atFrame(before) };
        this.#emit("p2m.cleared", entry, cause);
      }
    }
  }

  #stillToChange(page: Pfn): number {
    if (this.#coming === null) {
      this.#coming = new Map();
      for (const { start, pages } of this.#emitter.environment.exchanges) {
        const first = pfnOf(phys(start));
        for (let i = 0; i < pages; i++) {
          const one = offset(first, i);
          this.#coming.set(one, (this.#coming.get(one) ?? 0) + 1);
        }
      }
    }
    return this.#coming.get(page) ?? 0;
  }

  #set(page: Pfn, frame: Mfn, cause: number | null): void {
    this.#emit("p2m.set", { page, phys: physOf(page), machine: atFrame(frame) }, cause);
  }

  #emit(
    kind: "p2m.set" | "p2m.cleared",
    entry: { page: Pfn; phys: Phys; machine: Machine },
    cause: number | null,
  ): void {
    this.#emitter.emit({ kind, actor: "hypervisor", at: this.#emitter.at, cause, ...entry });
  }
}
