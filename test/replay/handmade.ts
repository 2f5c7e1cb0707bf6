// handmade.ts - a trace of a few events, each as short as what the test is about.

import type { About } from "../../src/event/trace.ts";
import type { Event, Recorded } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { aboutRun } from "../../src/scenario/setup.ts";
import { setupOf } from "../laws.ts";
import { memoryTrace } from "../memory-trace.ts";

/** Where nothing else is said: dom0 of 2005. */
const dom0 = aboutRun(setupOf("xen-i386 gart"));

/** The events from seq 1 on, in the op that begins before them; the kernel did them where they do not say who. */
export const traceOf = (events: readonly object[], about: Partial<About> = {}): Trace =>
  memoryTrace({ ...dom0, ...about }, inOps(events as readonly Event[]));

function inOps(events: readonly Event[]): Recorded[] {
  let op = -1;
  return events.map((given, i) => {
    const event: Event = { ...given, actor: given.actor ?? "kernel" };
    if (event.kind === "op.began") op = event.op;
    const recorded = { seq: i + 1, op, event };
    if (event.kind === "op.ended") op = -1;
    return recorded;
  });
}
