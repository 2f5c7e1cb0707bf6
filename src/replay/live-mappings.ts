// live-mappings.ts - the events that mapped the DMA buffers which are mapped at a moment, newest first.

import type { Bus } from "../address.ts";
import { families, handleNumber, SUBJECT_FAMILIES } from "../event/field.ts";
import type { Of, Recorded } from "../event/vocabulary.ts";
import type { State } from "../machine/state.ts";
import type { Trace } from "./trace.ts";

export interface MappingEvent {
  readonly seq: number;
  readonly event: Of<"dma.mapped">;
}

/** Buffers that are looked up one by one by the index; for more, events are read back until all are met. */
const LOOKUPS = 1024;

export function liveMappings(trace: Trace, state: State): Iterable<MappingEvent> {
  if (!trace.indexed || state.dma.size > LOOKUPS) return readBack(trace, state);
  return [...state.dma]
    .flatMap(({ handle, device }) => mappedAt(trace, state.moment, handle, device) ?? [])
    .sort((a, b) => b.seq - a.seq);
}

const isMapping = (recorded: Recorded): recorded is Recorded & MappingEvent =>
  recorded.event.kind === "dma.mapped";
const upTo = (moment: number) =>
  ({ from: 1, to: moment, kinds: ["dma.mapped"], backwards: true }) as const;

function mappedAt(
  trace: Trace,
  moment: number,
  handle: Bus,
  device: number | null,
): MappingEvent | undefined {
  const subject = handleNumber(handle) * SUBJECT_FAMILIES + families.indexOf("dma");
  for (const recorded of trace.search({ ...upTo(moment), subject }))
    if (
      isMapping(recorded) &&
      recorded.event.handle === handle &&
      (recorded.event.device ?? null) === device
    )
      return recorded;
  return undefined;
}

function* readBack(trace: Trace, state: State): Generator<MappingEvent> {
  const met = new Set<string>();
  for (const recorded of trace.search(upTo(state.moment))) {
    if (met.size === state.dma.size) return;
    if (!isMapping(recorded)) continue;
    const { handle, device = null } = recorded.event;
    const which = `${handle} ${device}`;
    // What was mapped there before is over.
    if (state.dma.get(handle, device) === undefined || met.has(which)) continue;
    met.add(which);
    yield recorded;
  }
}
