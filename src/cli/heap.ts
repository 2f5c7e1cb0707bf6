// heap.ts - how large V8's heap may grow before garbage is collected.

import { setFlagsFromString } from "node:v8";

/**
 * By how much the heap may grow, in percent of what lives: more for commands that look things up again and again, where a
 * collection takes longer than a look-up, and most for the page, of which one look-up in twenty may meet one (bench: page).
 */
const GROWTH = new Map([
  ...["debug", "dap", "state", "history", "why"].map((command) => [command, 100] as const),
  ["serve", 200],
]);
const USUAL = 50;

/**
 * Has garbage collected when it is half as much as what lives, or more where a command looks things up. V8 itself lets it
 * grow to several times that in a run of minutes, so that memory would grow with the trace although nothing is kept of
 * it. Going through ten million events takes the same time with it (bench: check, diff).
 */
export function keepHeapSmall(command: string): void {
  const percent = GROWTH.get(command) ?? USUAL;
  // "specifies heap growing factor as (1 + heap_growing_percent/100)", says node --v8-options.
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
