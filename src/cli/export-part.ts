// export-part.ts - gartrace export --format gart: a part of a trace as a trace of its own.

import { basename } from "node:path";
import { partOf } from "../exchange/export/part/alike.ts";
import type { Stretch } from "../exchange/export/part/part.ts";
import { Redaction } from "../exchange/export/part/redaction.ts";
import { UserError } from "../fault.ts";
import { type Written, writing } from "../library/writing.ts";
import { apply } from "../machine/apply.ts";
import { State } from "../machine/state.ts";
import { momentOf } from "../replay/position.ts";
import { natureOf } from "../replay/replay.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { countOf } from "../report/text.ts";
import { scenarios } from "../scenario/index.ts";
import type { TraceReader } from "../store/read.ts";
import { addMark } from "../store/update.ts";
import { WANDER, workloads } from "../workload/index.ts";
import { notice } from "./output.ts";
import { interruptible } from "./steered.ts";

export interface PartOptions {
  readonly output: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly redact: boolean;
  readonly force: boolean;
}

/** Where a part begins, as a position of its own. */
const BEGINNING = "part";

/** Writes the part and says what it came to. */
export async function exportPart(
  path: string,
  trace: TraceReader,
  { output, from, to, redact, force }: PartOptions,
): Promise<void> {
  const stretch = stretchOf(trace, from, to);
  const redaction = redact ? newRedaction() : null;
  const written = await writePart(output, path, trace, { stretch, redaction, force });
  const { judgement, events } = written;
  const line =
    judgement === null ? "" : `; ${judgementLine(judgement, { torn: false, count: events })}`;
  notice(
    `wrote ${countOf(stretch.to - stretch.from, "event")} to ${output}, ` +
      `behind ${countOf(written.start, "event")} that make the state at its beginning (mark:${BEGINNING})${line}`,
  );
  if (redaction !== null) notice(redactedText(redaction));
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
function stretchOf(trace: TraceReader, from = "0", to = "end"): Stretch {
  const [first, last] = [Math.max(momentOf(trace, from), 1), momentOf(trace, to)];
  if (first > last)
    throw new UserError(`nothing lies from #${first} to #${last}; name an earlier one with --from`);
  return { from: first - 1, to: last };
}

interface Wishes {
  readonly stretch: Stretch;
  readonly redaction: Redaction | null;
  readonly force: boolean;
}

/** Writes a part of a trace, judged as it is written, with a mark at its beginning. */
export async function writePart(
  output: string,
  path: string,
  trace: TraceReader,
  { stretch, redaction, force }: Wishes,
): Promise<Written & { readonly start: number }> {
  const part = partOf(trace, stretch);
  const about = redaction === null ? part.about : redaction.about(part.about);
  const state = new State(natureOf(about));
  const written = await interruptible((signal) =>
    writing(
      output,
      force,
      async ({ open, check }) => {
        const sink = await open(about);
        for (const recorded of part.events()) {
          const { seq, op } = recorded;
          const event =
            redaction === null ? recorded.event : redaction.event(recorded.event, about);
          sink.before?.(seq, op, event, state);
          apply(state, event, seq);
          sink(seq, op, event, state);
          check();
        }
      },
      signal,
    ),
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
