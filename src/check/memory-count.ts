// memory-count.ts - the driver counts the pages that it has, and no two blocks have one key.
//
// agp_generic_alloc_page counts up and agp_generic_destroy_page down, scratch page included; the i810's four-page
// cursor counts once (2.6.12-rc2, generic.c and intel-agp.c). The count bounds what clients can have.

import type { Pfn } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { Table } from "../machine/table.ts";
import type { Check } from "./check.ts";

export const memoryCount: Check = {
  name: "memory-count",
  holds: "the driver's count of memory is that of its live allocations, and keys are unique",
  counts: true,
  watch: (about, report) => {
    /** 1 for each allocation since the bridge came, by its first page. */
    const live = new Table<Pfn, number>();
    const keys = new Keys();
    /** By how much they differed when that was last reported. */
    let reportedDifference = 0;
    /** Whether the trace has the allocation of everything that the bridge has. */
    let isWhole = about.source === "simulated";
    return {
      after: {
        "page.allocated": ({ allocation, use }) => {
          if (isCounted(use)) live.set(allocation, 1);
        },
        "page.freed": ({ allocation }) => live.delete(allocation),
        "op.began": ({ name }) => {
          if (name === "init") isWhole = true;
        },
        "op.ended": ({ result }) => {
          // The next bridge counts from 0, even if memory of this one is still allocated.
          if (result.bridge === null) {
            live.clear();
            keys.clear();
            reportedDifference = 0;
          }
          const key = keys.take(result);
          if (key !== null) report.finding([], `key ${key} is given out twice`);
          const { current_memory: count } = result;
          if (typeof count !== "number") return;
          if (!isWhole) {
            report.unknown("what was allocated before the trace begins is not known");
            return;
          }
          const difference = count - live.size;
          if (difference !== 0 && difference !== reportedDifference)
            report.finding([], `the driver counts ${count} and has ${live.size}`);
          else if (difference === 0) report.held();
          reportedDifference = difference;
        },
      },
    };
  },
};

const isCounted = (use: Of<"page.allocated">["use"]): boolean => use === "agp" || use === "scratch";

/** The keys of blocks that live, by what operations return. */
class Keys {
  readonly #slots = new Map<number, number>();
  readonly #used = new Set<number>();

  /** Learns from an operation's result; gives a key that was in use already. */
  take({ slot, key, ret }: { readonly [fact: string]: unknown }): number | null {
    if (typeof slot !== "number") return null;
    if (typeof key === "number") {
      const isTwice = this.#used.has(key);
      this.#used.add(key);
      this.#slots.set(slot, key);
      return isTwice ? key : null;
    }
    // `free` is the operation on a slot that returns nothing.
    if (ret !== undefined) return null;
    const freed = this.#slots.get(slot);
    if (freed !== undefined) this.#used.delete(freed);
    this.#slots.delete(slot);
    return null;
  }

  clear(): void {
    this.#slots.clear();
    this.#used.clear();
  }
}
