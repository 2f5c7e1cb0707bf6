// altered.ts - a trace with something else in it, its events numbered anew.

import type { Event, Recorded } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { memoryTrace } from "../memory-trace.ts";

/** The trace with its list of events changed; causes follow the events that they name. */
export function altered(trace: Trace, change: (events: Recorded[]) => Recorded[]): Trace {
  const events = change([...trace.events()]);
  const places = new Map(events.map(({ seq }, i) => [seq, i + 1]));
  return memoryTrace(
    trace.about,
    events.map(({ op, event }, i) => {
      const cause = event.cause == null ? event.cause : (places.get(event.cause) ?? null);
      return { seq: i + 1, op, event: { ...event, ...(cause === undefined ? {} : { cause }) } };
    }),
  );
}

/** The place of an event in a list, by what it is. */
export function placeOf(events: readonly Recorded[], is: (event: Event) => boolean): number {
  const place = events.findLastIndex(({ event }) => is(event));
  if (place < 0) throw new Error("there is no such event");
  return place;
}

/** The trace with one event, the last that is so, saying something else. */
export const saying = (trace: Trace, is: (event: Event) => boolean, other: object): Trace =>
  altered(trace, (events) => {
    const at = placeOf(events, is);
    const { seq, op, event } = events[at]!;
    return events.with(at, { seq, op, event: { ...event, ...other } as Event });
  });
