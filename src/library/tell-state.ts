// tell-state.ts - the whole machine at a moment, or some subjects of it.

import { subjectNamed } from "../replay/subject.ts";
import { TimeTravel } from "../replay/travel.ts";
import { stateJson, stateText, verdictsOf } from "../report/state-text.ts";
import { subjectJson, subjectText } from "../report/subject-text.ts";
import { type Output, output } from "./output.ts";
import { type Position, readerOf, type Trace } from "./trace.ts";

/** What `gartrace state` prints of the whole machine. */
export function tellState(trace: Trace, at: Position = "end"): Output {
  const reader = readerOf(trace);
  const state = trace.state(at);
  return output(
    () => stateText(state, reader),
    () => stateJson(state, reader.about.virtBase, verdictsOf(reader)),
  );
}

/** What it prints of some subjects, such as `gatt[0x42]`; its JSON has the shape `subjects`. */
export function tellSubjects(
  trace: Trace,
  subjects: readonly string[],
  at: Position = "end",
): Output {
  const reader = readerOf(trace);
  const asked = subjects.map((text) => subjectNamed(reader, text));
  const travel = new TimeTravel(reader);
  const state = travel.stateAt(trace.moment(at));
  return output(
    () => asked.map((subject) => subjectText(travel, subject, state)).join("\n\n"),
    () => ({ subjects: asked.map((subject) => subjectJson(travel, subject, state)) }),
  );
}
