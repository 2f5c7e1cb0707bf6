// tell-why.ts - what an address came from, back to the allocation.

import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { momentOf } from "../replay/position.ts";
import { subjectNamed } from "../replay/subject.ts";
import { TimeTravel } from "../replay/travel.ts";
import { whyDot, whyJson, whyText } from "../report/why-text.ts";
import type { TraceReader } from "../store/read.ts";
import { type Output, output } from "./output.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What `gartrace why` prints, and the same as a graph for Graphviz. */
export interface Why extends Output {
  /** For `dot -Tsvg`. */
  readonly dot: string;
}

/** `what` is a position (`#437`), or a subject at one (`gatt[0x42]@op:3`), whose last change up to there is meant. */
export function tellWhy(trace: Trace, what: string): Why {
  const reader = readerOf(trace);
  const travel = new TimeTravel(reader);
  const steps = travel.why(asked(travel, reader, what));
  const { about } = reader;
  const both = output(
    () => whyText(steps, about),
    () => ({ steps: whyJson(steps, about) }),
  );
  return Object.defineProperty(both, "dot", { get: () => whyDot(steps, about) }) as Why;
}

/** The event that a person asks about. */
function asked(travel: TimeTravel, trace: TraceReader, what: string): Recorded {
  const at = what.lastIndexOf("@");
  if (at < 0 && /^(#|\d|op:|mark:|end$)/.test(what)) {
    const event = trace.event(momentOf(trace, what));
    if (event === undefined) {
      const first = trace.count === 0 ? "the trace has no events" : "the first event is #1";
      throw new UserError(`${what} is before everything; ${first}`);
    }
    return event;
  }
  const subject = subjectNamed(trace, at < 0 ? what : what.slice(0, at));
  const moment = momentOf(trace, at < 0 ? "end" : what.slice(at + 1));
  const change = travel.lastChange(subject, moment);
  if (change === undefined) throw new UserError(`nothing changed ${subject.name} up to #${moment}`);
  return change;
}
