// memory-trace.ts - a trace that lies in memory: a run recorded here without a file.

import type { About, OpRow } from "../src/event/trace.ts";
import type { Recorded } from "../src/event/vocabulary.ts";
import { aboutRun, record, type Setup } from "../src/record.ts";
import type { Trace } from "../src/replay/trace.ts";

/** A run, recorded without any proof. */
export function recorded(setup: Setup): Trace {
  const events: Recorded[] = [];
  for (const _ of record(setup, (seq, op, event) => events.push({ seq, op, event })));
  return memoryTrace(aboutRun(setup), events);
}

/** A trace that lies in memory. */
export function memoryTrace(about: About, events: readonly Recorded[]): Trace {
  return {
    about,
    count: events.length,
    torn: false,
    events: (from = 1, to = Number.POSITIVE_INFINITY) => events.slice(from - 1, to),
    event: (seq) => events[seq - 1],
    ops: () => opsOf(events),
  };
}

function opsOf(events: readonly Recorded[]): OpRow[] {
  const rows: OpRow[] = [];
  for (const { seq, op, event } of events) {
    if (event.kind === "op.began")
      rows.push({
        op,
        name: event.name,
        arguments: event.arguments,
        result: null,
        first: seq,
        last: null,
      });
    if (event.kind === "op.ended") rows.push({ ...rows.pop()!, result: event.result, last: seq });
  }
  return rows;
}
