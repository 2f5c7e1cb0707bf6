// run-check.ts - runs one check over a recorded run, or over the same run with events changed.

import type { Check, Checked } from "../../src/check/check.ts";
import { runChecks } from "../../src/check/run.ts";
import type { About } from "../../src/event/trace.ts";
import type { Event, Recorded } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import type { Trace } from "../../src/replay/trace.ts";

export type Run = Pick<Trace, "about"> & { readonly events: readonly Recorded[] };
type Change = (event: Event, seq: number) => Event | null;

export const runOf = ({ about, events }: Trace): Run => ({ about, events: [...events()] });

/** The run with events changed; null leaves one out. */
export const changed = ({ about, events }: Run, change: Change): Run => {
  const kept = events.flatMap((recorded) => {
    const event = change(recorded.event, recorded.seq);
    return event === null ? [] : [{ ...recorded, event }];
  });
  return { about, events: kept.map((recorded, i) => ({ ...recorded, seq: i + 1 })) };
};

/** The same events, told by somebody else than this program. */
export const imported = ({ about, events }: Run): Run => ({
  about: { ...about, source: "imported" } satisfies About,
  events,
});

export const runCheck = (check: Check, { about, events }: Run): Checked =>
  runChecks(about, events, new State(natureOf(about)), [check])[0]!;

/** The event that a check's first finding is at. */
export const firstAt = (checked: Checked, { events }: Run): Event | undefined =>
  events[(checked.findings[0]?.seq ?? 0) - 1]?.event;
