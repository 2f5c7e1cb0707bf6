// page-budget.ts - how many pages the events of a trace may cover, so that a number in a file bounds no loop.
//
// A fold goes through the pages of an event one by one. A kernel's allocator gives at most a thousand at once; a
// few mappings, of a card's memory or of an aperture, are larger.

import { PAGE_SIZE } from "../address.ts";

/** A range of the bus that an IOMMU leaves alone: no fold goes through it, and it is as large as the bus. */
export const UNCOUNTED = "iommu.opened";

/** Bytes of one event. */
export const MOST_BYTES = 2 ** 36;
/** Pages of all events together: so many, and so many more for each event. */
const [AT_ONCE, EACH] = [2 ** 25, 2 ** 10];

/** Counts the pages of events that follow each other. */
export class PageBudget {
  #left = AT_ONCE;

  /** Takes the next event's bytes and says what is wrong with them; null where nothing is. */
  take(bytes: number): string | null {
    if (bytes > MOST_BYTES) return `${bytes} bytes are more than ${MOST_BYTES}`;
    this.#left += EACH - bytes / PAGE_SIZE;
    if (this.#left >= 0) return null;
    return `the events up to here cover more than ${AT_ONCE} pages and ${EACH} for each of them`;
  }
}
