// export-part.ts - gartrace export --format gart: a part of a trace as a trace of its own.

import { basename } from "node:path";
import { partOf } from "../exchange/export/part/alike.ts";
import type { Stretch } from "../exchange/export/part/part.ts";
import { Redaction } from "../exchange/export/part/redaction.ts";
import { UserError } from "../fault.ts";
import { apply } from "../machine/apply.ts";
import { State } from "../machine/state.ts";
import { momentOf } from "../replay/position.ts";
import { natureOf } from "../replay/replay.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { countOf } from "../report/text.ts";
import { scenarios } from "../scenario/index.ts";
import type { TraceReader } from "../store/read.ts";
import { addMark } from "../store/update.ts";
import { inLine } from "../visible.ts";
import { WANDER, workloads } from "../workload/index.ts";
import { assertOther, makeTrace, type NewTrace } from "./make-trace.ts";
import { type Position, readerOf, type Trace } from "./trace.ts";

/** Which part of a trace, and where it goes. */
export interface PartOptions {
  /** The trace to write. */
  readonly output: string;
  /** The first event; the trace's first by default. */
  readonly from?: Position | undefined;
  /** The last, included; the trace's last by default. */
  readonly to?: Position | undefined;
  /** Whether names and texts of whoever recorded it become numbers. */
  readonly redact?: boolean;
  /** Whether to overwrite a trace that exists. */
  readonly force?: boolean;
  /** Raised, it ends with an `AbortedError`; what was written up to there stays. */
  readonly signal?: AbortSignal | undefined;
}

/** A part of a trace, as it was written. */
export interface TracePart extends NewTrace {
  /** How many events the part has. */
  readonly part: number;
  /** How many stand before them, which make the state at its beginning. */
  readonly start: number;
  /** What was replaced by numbers, in words; null where nothing was to be. */
  readonly redacted: string | null;
}

/** Where a part begins, as a position of its own. */
const BEGINNING = "part";

/** Writes a part of a trace as a trace of its own, judged alike, with a mark at its beginning (`mark:part`). */
export async function exportPart(trace: Trace, options: PartOptions): Promise<TracePart> {
  const { output, from, to, redact = false, force = false, signal } = options;
  assertOther(output, trace.path);
  const reader = readerOf(trace);
  const stretch = stretchOf(reader, from, to);
  const redaction = redact ? newRedaction() : null;
  const wishes = { stretch, redaction, force, signal };
  const written = await writePart(output, trace.path, reader, wishes);
  return {
    ...written,
    part: stretch.to - stretch.from,
    redacted: redaction === null ? null : redactedText(redaction),
  };
}

/** What `gartrace export --format gart` says. */
export function tellPart({ path, judgement, events, part, start, redacted }: TracePart): string {
  const line =
    judgement === null ? "" : `; ${judgementLine(judgement, { torn: false, count: events })}`;
  const wrote =
    `wrote ${countOf(part, "event")} to ${inLine(path)}, ` +
    `behind ${countOf(start, "event")} that make the state at its beginning (mark:${BEGINNING})${line}`;
  return redacted === null ? wrote : `${wrote}\n${redacted}`;
}

/** What the program itself calls its workloads is nobody's secret; "captured" is what import says. */
export function newRedaction(): Redaction {
  const names = [...workloads, ...scenarios].map(({ name }) => name);
  const known = new Set([...names, WANDER, "captured"]);
  return new Redaction((name) => known.has(name));
}

/** "replaced 3 functions, 12 texts by numbers" */
export function redactedText({ counts }: Redaction): string {
  const replaced = counts.map(([kind, count]) => countOf(count, kind)).join(", ");
  return replaced === "" ? "nothing was there to replace" : `replaced by numbers: ${replaced}`;
}

/** The first and the last event are both in it. */
function stretchOf(trace: TraceReader, from: Position = 0, to: Position = "end"): Stretch {
  const first = Math.max(momentOf(trace, String(from)), 1);
  const last = momentOf(trace, String(to));
  if (first > last)
    throw new UserError(`nothing lies from #${first} to #${last}; name an earlier one with --from`);
  return { from: first - 1, to: last };
}

interface Wishes {
  readonly stretch: Stretch;
  readonly redaction: Redaction | null;
  readonly force: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Writes a part of a trace, judged as it is written, with a mark at its beginning. */
export async function writePart(
  output: string,
  path: string,
  trace: TraceReader,
  { stretch, redaction, force, signal }: Wishes,
): Promise<NewTrace & { readonly start: number }> {
  const part = partOf(trace, stretch);
  const about = redaction === null ? part.about : redaction.about(part.about);
  const state = new State(natureOf(about));
  const written = await makeTrace(
    output,
    force,
    async ({ open, check }) => {
      const sink = await open(about);
      for (const recorded of part.events()) {
        const { seq, op } = recorded;
        const event = redaction === null ? recorded.event : redaction.event(recorded.event, about);
        sink.before?.(seq, op, event, state);
        apply(state, event, seq);
        sink.take(seq, op, event, state);
        check();
      }
    },
    signal,
  );
  const name = redaction === null ? basename(path) : redaction.file(basename(path));
  const first = stretch.from + 1;
  await addMark(output, {
    moment: part.start,
    name: BEGINNING,
    text: `events #${first} to #${stretch.to} of ${name}; what is before them makes the state at #${stretch.from}`,
  });
  return { ...written, start: part.start };
}
