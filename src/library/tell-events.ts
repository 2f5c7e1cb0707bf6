// tell-events.ts - events as lines: those of a stretch, and those that changed a subject.

import { toJson } from "../event/line.ts";
import type { KindName, Recorded } from "../event/vocabulary.ts";
import { isPlaced } from "../judgement/inferred.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { judgedOf } from "../replay/judged.ts";
import { verdictIn } from "../replay/provenance.ts";
import { judgedLine, tracedLine } from "../report/event-text.ts";
import type { TraceReader } from "../store/read.ts";
import { type Output, output } from "./output.ts";
import { type Position, readerOf, type Trace } from "./trace.ts";
import type { Where } from "./where.ts";

/** Which events `gartrace events` prints. */
export interface EventsOptions {
  /** The first; the trace's first by default. */
  readonly from?: Position | undefined;
  /** The last, included; the trace's last by default. */
  readonly to?: Position | undefined;
  /** Only these kinds; all by default. */
  readonly kinds?: readonly KindName[] | undefined;
  /** Only events of which something is wrong. */
  readonly wrong?: boolean;
  /** Only events for which this holds. */
  readonly where?: Where | undefined;
}

/** What `gartrace events` prints, a line an event; its JSON is a line of the stream `event`. */
export function* tellEvents(trace: Trace, options: EventsOptions = {}): Generator<Output> {
  const { kinds, wrong: onlyWrong, where } = options;
  const from = Math.max(options.from === undefined ? 1 : trace.moment(options.from), 1);
  const to = options.to === undefined ? trace.count : trace.moment(options.to);
  const reader = readerOf(trace);
  const { about } = reader;
  for (const { recorded, wrong } of (onlyWrong ? wrongEvents : judgedEvents)(reader, from, to)) {
    if (kinds !== undefined && !kinds.includes(recorded.event.kind)) continue;
    if (where?.holds(reader, recorded) === false) continue;
    yield output(
      () => judgedLine(recorded, verdictIn(reader, recorded), wrong, about),
      () => {
        const json = toJson(recorded, about.virtBase);
        return isPlaced(about, recorded.event) ? { ...json, placed: "by inference" } : json;
      },
    );
  }
}

/** Which changes `gartrace history` prints. */
export interface HistoryOptions {
  /** Up to this moment; the trace's end by default. */
  readonly before?: Position | undefined;
  /** Newest first; false by default. */
  readonly newest?: boolean;
}

/** What `gartrace history` prints, a line an event that changed the subject; its JSON is a line of `history-line`. */
export function* tellHistory(
  trace: Trace,
  subject: string,
  { before = "end", newest = false }: HistoryOptions = {},
): Generator<Output> {
  const reader = readerOf(trace);
  for (const recorded of trace.history(subject, { to: before, backwards: newest }))
    yield output(
      () => tracedLine(reader, recorded),
      () => ({
        ...toJson(recorded, reader.about.virtBase),
        verdict: verdictIn(reader, recorded),
      }),
    );
}

/** An event, and what is wrong with it. */
interface JudgedEvent {
  readonly recorded: Recorded;
  readonly wrong: WrongEvent | null;
}

function* wrongEvents(trace: TraceReader, from: number, to: number): Generator<JudgedEvent> {
  for (const wrong of judgedOf(trace).wrong(from, to, false))
    yield { recorded: trace.event(wrong.seq)!, wrong };
}

/** All of them; where the file does not say which are wrong, their numbers alone speak. */
function* judgedEvents(trace: TraceReader, from: number, to: number): Generator<JudgedEvent> {
  const wrong = trace.judged?.wrong(from, to, false);
  let next = wrong?.next();
  for (const recorded of trace.events(from, to)) {
    const isNext = next?.done === false && next.value.seq === recorded.seq;
    yield { recorded, wrong: isNext ? next!.value : null };
    if (isNext) next = wrong!.next();
  }
}
