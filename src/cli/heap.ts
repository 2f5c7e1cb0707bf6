// heap.ts - how large V8's heap may grow before garbage is collected.

import { setFlagsFromString } from "node:v8";

/** Commands that look things up again and again: there a collection takes longer than the look-up. */
const lookUps: readonly string[] = ["debug", "dap", "state", "history", "why", "serve"];

/**
 * Has garbage collected when it is half as much as what lives, or as much where a command looks things up. V8
 * itself lets it grow to several times that in a run of minutes, so that memory would grow with the trace although
 * nothing is kept of it. Going through ten million events takes the same time with it (bench: check, diff).
 */
export function keepHeapSmall(command: string): void {
  const percent = lookUps.includes(command) ? 100 : 50;
  // "specifies heap growing factor as (1 + heap_growing_percent/100)", says node --v8-options.
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
