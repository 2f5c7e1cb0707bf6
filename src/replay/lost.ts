// lost.ts - how many records a trace's source could not keep.

import { judgedOf } from "./judged.ts";
import type { Trace } from "./trace.ts";

type Sourced = Pick<Trace, "about" | "torn" | "count" | "event" | "events" | "judged" | "sources">;

/** What the source says it lost; a line that the importer skipped is not lost. */
export function lostIn(trace: Sourced): number {
  if (trace.about.source === "simulated") return 0;
  const counted = trace.sources
    .flatMap(({ counts }) => counts)
    .reduce((sum, { lost }) => sum + lost, 0);
  return Math.max(counted, lostAmong(trace));
}

/** By its events: files of older formats keep no counts. */
function lostAmong(trace: Sourced): number {
  if (judgedOf(trace).judgement.kinds["events.lost"] === undefined) return 0;
  let lost = 0;
  for (const { event } of trace.events()) if (event.kind === "events.lost") lost += event.count;
  return lost;
}
