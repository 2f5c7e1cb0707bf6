// memory-trace.ts - a trace that lies in memory: a run recorded here without a file.

import { SUBJECT_FAMILIES, subjectCode } from "../src/event/field.ts";
import type { About, OpRow, Search } from "../src/event/trace.ts";
import { addressesOf } from "../src/event/verdict.ts";
import { declared, type Event, type Recorded } from "../src/event/vocabulary.ts";
import { aboutRun, record, type Setup } from "../src/record.ts";
import type { Trace } from "../src/replay/trace.ts";

/** A run, recorded without any proof. */
export function recorded(setup: Setup): Trace {
  const events: Recorded[] = [];
  for (const _ of record(setup, (seq, op, event) => events.push({ seq, op, event })));
  return memoryTrace(aboutRun(setup), events);
}

/** A trace that lies in memory; it keeps no states, and finds by looking at every event. */
export function memoryTrace(about: About, events: readonly Recorded[]): Trace {
  return {
    about,
    count: events.length,
    torn: false,
    events: (from = 1, to = Number.POSITIVE_INFINITY) => events.slice(from - 1, to),
    event: (seq) => events[seq - 1],
    ops: () => opsOf(events),
    op: (number) => opsOf(events).find(({ op }) => op === number),
    get lastOp() {
      return opsOf(events).at(-1)?.op ?? -1;
    },
    marks: () => [],
    restore: () => 0,
    search: (wanted) => {
      const found = events.filter((recorded) => matches(recorded, wanted));
      return wanted.backwards ? found.reverse() : found;
    },
  };
}

/** The rule that a search in a trace file is held to. */
export function matches({ seq, op, event }: Recorded, wanted: Search): boolean {
  if (seq < wanted.from || seq > wanted.to) return false;
  if (wanted.kinds !== undefined && !wanted.kinds.includes(event.kind)) return false;
  if (wanted.actor !== undefined && event.actor !== wanted.actor) return false;
  if (wanted.op !== undefined && op !== wanted.op) return false;
  if (wanted.subject !== undefined && subjectOf(event) !== wanted.subject) return false;
  if (wanted.wide !== undefined) {
    const { first, last } = wanted.wide;
    const code = subjectOf(event);
    const size = (event as { size?: number | null }).size ?? 0;
    if (code === null || size <= 4096 || code < first || code > last) return false;
    if (code % SUBJECT_FAMILIES !== first % SUBJECT_FAMILIES) return false;
  }
  if (!wanted.astray) return true;
  const { kind, bus, machine, reached } = addressesOf(event);
  if (bus === null) return false;
  return reached === null ? kind.startsWith("device.") : reached !== machine;
}

function subjectOf(event: Event): number | null {
  for (const [name, { family }] of Object.entries(declared(event.kind).fields)) {
    const number = (event as unknown as { [name: string]: number | null | undefined })[name];
    if (family !== null && number != null) return subjectCode(family, number);
  }
  return null;
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
