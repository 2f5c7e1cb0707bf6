// stack.ts - where one stands as a stack: the function of the event, the calls around it, the op.

import { eventText, type Recorded } from "../event/vocabulary.ts";
import type { TimeTravel } from "../replay/travel.ts";

export interface Frame {
  readonly name: string;
  /** Where the frame is: the event itself, the call that was entered, the op's beginning. */
  readonly recorded: Recorded;
}

/** Deeper than any call of the driver; a trace that notes no returns would grow without end. */
const DEEPEST = 32;
/** Calls looked at for those that have not returned. */
const LOOKED = 4096;

/** The frames of an event, innermost first. */
export function framesAt(travel: TimeTravel, here: Recorded): Frame[] {
  const { trace } = travel;
  const row = here.op < 0 ? undefined : trace.op(here.op);
  const place = here.event.place ?? here.event.actor;
  const frames: Frame[] = [{ name: place, recorded: here }];
  if (row === undefined) return frames;
  const op = (recorded: Recorded): Frame => ({
    name: eventText(recorded.event, trace.about.virtBase),
    recorded,
  });
  // At its beginning an op is the only frame.
  if (row.first === here.seq) return [op(here)];
  let [returned, looked] = [0, 0];
  const calls = { kinds: ["call.entered", "call.returned"] } as const;
  for (const recorded of travel.matching(calls, {
    from: row.first,
    to: here.seq,
    backwards: true,
  })) {
    if (recorded.op !== here.op) continue;
    if (looked++ === LOOKED || frames.length === DEEPEST) break;
    const { event, seq } = recorded;
    if (event.kind === "call.returned") {
      // A call is still there at its return.
      if (seq !== here.seq) returned++;
    } else if (returned > 0) returned--;
    else if (seq !== here.seq) frames.push({ name: nameOf(recorded), recorded });
  }
  const began = trace.event(row.first);
  if (began !== undefined) frames.push(op(began));
  return frames;
}

function nameOf({ event }: Recorded): string {
  const text = event.kind === "call.entered" ? event.text : null;
  return text ?? event.place ?? event.actor;
}
