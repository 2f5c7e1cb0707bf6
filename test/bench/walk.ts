// walk.ts - the workload of the seeks: many clients' blocks come and go at random, and keep every table busy.

import { Dice } from "../../src/dice.ts";
import type { Operation } from "../../src/workload/operation.ts";
import type { Workload } from "../../src/workload/workload.ts";

const SLOTS = 400;
/** A client's block has 1 to so many pages; all together do not fit the table, so that some binds fail. */
const PAGES = 80;
const ENTRIES = 16384;
/** What init writes and reads, and what a turn causes, nearly. */
const EVENTS_OF_INIT = 33_000;
const EVENTS_A_TURN = 103;

/** A workload that causes about so many events; the same for the same number. */
export function walk(events: number): Workload {
  const dice = new Dice(5);
  const operations: Operation[] = [{ op: "init" }];
  const slots: ("empty" | "free" | "bound")[] = Array(SLOTS).fill("empty");
  for (let left = events - EVENTS_OF_INIT; left > 0; left -= EVENTS_A_TURN) {
    const slot = dice.roll(SLOTS);
    const is = slots[slot]!;
    if (is === "empty") {
      operations.push({ op: "alloc", slot, pages: 1 + dice.roll(PAGES), type: 0 });
      slots[slot] = "free";
    } else if (is === "bound" || dice.roll(4) > 0) {
      if (is === "bound") operations.push({ op: "unbind", slot });
      else operations.push({ op: "bind", slot, pg_start: dice.roll(ENTRIES - PAGES) });
      slots[slot] = is === "bound" ? "free" : "bound";
    } else {
      operations.push({ op: "free", slot });
      slots[slot] = "empty";
    }
  }
  return { name: "walk", operations };
}
