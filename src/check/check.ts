// check.ts - what a check is: an invariant of the machine, watched event by event.
//
// To write a check of your own you need this file alone: `gartrace check --checks` takes a module that exports
// `checks`, a list of objects of this shape.

import type { Subject } from "../event/field.ts";
import type { About } from "../event/trace.ts";
import type { Verdict } from "../event/verdict.ts";
import type { KindName, Of } from "../event/vocabulary.ts";
import type { LiveMappings } from "../machine/access.ts";
import type { State } from "../machine/state.ts";

/** An invariant stops holding: at which event, for which subjects, and what that means. */
export interface Finding {
  /** The check's name. */
  readonly check: string;
  /** The event's number. */
  readonly seq: number;
  /** The op it happened in; -1 outside any. */
  readonly op: number;
  /** The entries, pages or registers that it is about. */
  readonly subjects: readonly Subject[];
  /** What the numbers say, where numbers are what is wrong. */
  readonly verdict: Verdict | null;
  /** One sentence for people, without a full stop. */
  readonly says: string;
}

/** What a watch gets with an event: its number and op, and the state of the machine before or after it. */
export interface Moment {
  /** The number of the event; before the first one, of the one that comes. */
  readonly seq: number;
  /** -1 outside any. */
  readonly op: number;
  /** To be read, and only until the handler returns: it goes on with the next event. */
  readonly state: State;
  /** @internal The DMA mappings in force: for all checks at once, since most calls of a capture make or end one. */
  readonly mappings: LiveMappings;
}

/** An event by its number and op. */
export type EventAt = Pick<Moment, "seq" | "op">;

/** How a watch reports on the event that it was called with. */
export interface Report {
  /** The invariant holds for what the event is about. */
  held(): void;
  /** It does not hold: for what, what that means in a sentence without a full stop, and what the numbers say. */
  finding(subjects: readonly Subject[], says: string, verdict?: Verdict): void;
  /** The same of an event before, of which only this one shows that it is wrong. */
  findingAt(at: EventAt, subjects: readonly Subject[], says: string, verdict?: Verdict): void;
  /** This event cannot be judged because a fact is missing; the check goes on. */
  unknown(why: string): void;
  /** The trace lacks what the check needs: it judges no further event. */
  cannotTell(why: string): void;
}

/** What to call for which kinds of events. */
export type Handlers = { readonly [K in KindName]?: (event: Of<K>, moment: Moment) => void };

/** One check over one trace. What it remembers must not grow with the trace, only with the machine. */
export interface Watch {
  /** Called while the machine is still as it was before the event. */
  readonly before?: Handlers;
  /** Called when the event has changed the machine. */
  readonly after?: Handlers;
  /** Called behind the last event. */
  readonly end?: () => void;
}

/** An invariant of the machine, and how it is watched (`defineCheck`). */
export interface Check {
  /** Small letters and hyphens, as `gartrace check --only` takes it. */
  readonly name: string;
  /** The invariant as a sentence, without a full stop. */
  readonly holds: string;
  /** Set where each event is judged by itself, so that the check goes on after a gap in the recording. */
  readonly byEvent?: true;
  /** Set where the check goes on after a gap because it takes nothing from before for sure. */
  readonly goesOn?: true;
  /** Set where a finding says that the use which the event tells of is wrong; others find faults of order. */
  readonly ofUse?: true;
  /** Set where `held` is called each time that it holds; otherwise every event with a handler counts. */
  readonly counts?: true;
  /** Begins to watch a trace, `about` being what it says of itself; called once for each. */
  watch(about: About, report: Report): Watch;
}

/** The result of one check over a trace. */
export interface Checked {
  /** The check. */
  readonly check: Check;
  /** How many times the invariant was looked at and held; with nothing found or unknown, 0 is not applicable. */
  readonly held: number;
  /** How many times the invariant stopped holding. */
  readonly count: number;
  /** The first of them. */
  readonly findings: readonly Finding[];
  /** How many events could not be judged, and why the first could not; null where all could. */
  readonly unknown: { readonly count: number; readonly seq: number; readonly why: string } | null;
  /** Why it stopped judging, and from which event on; null where it did not. */
  readonly undecidable: { readonly since: number; readonly why: string } | null;
  /** What the check itself threw, and at which event; the others went on. */
  readonly failure: { readonly seq: number; readonly error: unknown } | null;
}
