// churn.ts - the workload of the benchmarks: blocks allocated, bound, unbound and freed, over and over.

import { parseWorkload, type Workload } from "../../src/workload/workload.ts";

/** The machine that benchmarks run on, unless they compare several. */
export const machine = {
  platform: "xen-i386",
  hooks: "gart",
  chipset: "intel-440bx",
  seed: 0,
  lenientIoremap: false,
  device: true,
};

/** How many pages a block has: as a driver's client asks for them, neither one nor all. */
const PAGES = 256;
/** Events that one turn causes on Xen with the gart hooks, nearly: the workload is cut by events. */
const EVENTS_A_TURN = PAGES * 14;
/** What init writes and reads. */
const EVENTS_OF_INIT = 33_000;

/** A workload that causes about so many events. */
export function churn(events: number): Workload {
  const turns = Math.max(1, Math.round((events - EVENTS_OF_INIT) / EVENTS_A_TURN));
  const turn = (i: number) => [
    { op: "alloc", slot: 0, pages: PAGES },
    { op: "bind", slot: 0, pg_start: (i * 64) % (16384 - PAGES) },
    { op: "unbind", slot: 0 },
    { op: "free", slot: 0 },
  ];
  const ops = [
    { op: "init" },
    ...Array.from({ length: turns }, (_, i) => turn(i)).flat(),
    { op: "cleanup" },
  ];
  return parseWorkload(JSON.stringify({ workload: "churn", ops }), "churn");
}
