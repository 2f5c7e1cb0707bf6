// causes.ts - where an event's address came from, back to the allocation, and what that says of it.

import { addressesOf, type Verdict, verdictOf } from "../event/verdict.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { Trace } from "./trace.ts";

/** The event's chain of causes, nearest first, without the event itself. */
export function causesOf(trace: Pick<Trace, "event">, recorded: Recorded): Recorded[] {
  const chain: Recorded[] = [];
  let { cause } = recorded.event;
  while (cause != null) {
    const next = trace.event(cause);
    if (next === undefined) break;
    chain.push(next);
    cause = next.event.cause;
  }
  return chain;
}

/** The verdict of an event of a trace; its cause is looked up only where the answer depends on it. */
export function verdictIn(trace: Pick<Trace, "event">, { event }: Recorded): Verdict | null {
  const addresses = addressesOf(event);
  const alone = verdictOf(addresses, null);
  if (event.cause == null || (alone !== "unknown" && alone !== "foreign-frame")) return alone;
  const cause = trace.event(event.cause);
  return verdictOf(addresses, cause === undefined ? null : addressesOf(cause.event));
}
