// memory-trace.ts - a trace that lies in memory: a run recorded here without a file.

import { bus, offset } from "../src/address.ts";
import { inMemory } from "../src/diff/in-memory.ts";
import { SUBJECT_FAMILIES } from "../src/event/field.ts";
import type { About, Search } from "../src/event/trace.ts";
import { addressesOf, verdictOf } from "../src/event/verdict.ts";
import { type Recorded, subjectOf } from "../src/event/vocabulary.ts";
import { record } from "../src/recorder/record.ts";
import type { Trace } from "../src/replay/trace.ts";
import { aboutRun, type Setup } from "../src/scenario/setup.ts";

/** A run, recorded without any proof. */
export function recorded(setup: Setup): Trace {
  const events: Recorded[] = [];
  for (const _ of record(setup, {
    take: (seq, op, event) => void events.push({ seq, op, event }),
  }));
  return memoryTrace(aboutRun(setup), events);
}

/** A trace that lies in memory; it keeps no states, and finds by looking at every event. */
export function memoryTrace(about: About, events: readonly Recorded[]): Trace {
  const trace = inMemory(about, events);
  const ops = [...trace.ops()];
  return {
    ...trace,
    indexed: false,
    op: (number) => ops.find(({ op }) => op === number),
    get lastOp() {
      return ops.at(-1)?.op ?? -1;
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
  if (wanted.place !== undefined && event.place !== wanted.place) return false;
  if (wanted.op !== undefined && op !== wanted.op) return false;
  if (wanted.subject !== undefined && subjectOf(event) !== wanted.subject) return false;
  if (wanted.subjects !== undefined) {
    const { first, last } = wanted.subjects;
    const code = subjectOf(event);
    if (code === null || code < first || code > last) return false;
    if (code % SUBJECT_FAMILIES !== first % SUBJECT_FAMILIES) return false;
  }
  if (wanted.wide && !(((event as { size?: number | null }).size ?? 0) > 4096)) return false;
  if (wanted.phys !== undefined) {
    const { phys } = addressesOf(event);
    if (phys === null || phys < wanted.phys.first || phys > wanted.phys.last) return false;
  }
  if (wanted.bus !== undefined) {
    const { bus: number, size } = event as { bus?: unknown; size?: number | null };
    if (number == null) return false;
    const from = bus(number as number | bigint);
    if (from > wanted.bus.last) return false;
    if (offset(from, Math.max(size ?? 0, 1) - 1) < wanted.bus.first) return false;
  }
  if (!wanted.unproven) return true;
  const verdict = verdictOf(addressesOf(event), null);
  return verdict !== null && verdict !== "identity" && verdict !== "translated";
}
