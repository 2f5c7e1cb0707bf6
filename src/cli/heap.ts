// heap.ts - how much garbage the program keeps beside what lives.

import { setFlagsFromString } from "node:v8";

/**
 * Has garbage collected when it is as much as what lives; V8 itself lets it grow to several times that
 * in a run of minutes, so that memory would grow with the trace although nothing is kept of it. Recording and
 * checking ten million events take the same time with it.
 */
export function keepHeapSmall(): void {
  // "specifies heap growing factor as (1 + heap_growing_percent/100)", says node --v8-options.
  setFlagsFromString("--heap-growing-percent=100");
}
