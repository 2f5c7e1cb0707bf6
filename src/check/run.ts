// run.ts - all checks over a trace in one pass, in memory that does not grow with it.

import type { About } from "../event/trace.ts";
import type { Verdict } from "../event/verdict.ts";
import type { Event, KindName, Recorded } from "../event/vocabulary.ts";
import { apply } from "../machine/apply.ts";
import type { State } from "../machine/state.ts";
import type { Check, Checked, Finding, Handlers, Moment, Report, Thing } from "./check.ts";

/** Findings of one check that are kept; further ones are counted. */
const KEPT = 100;

type Handler = (event: never, moment: Moment) => void;
type Listeners = Map<KindName, [Running, Handler][]>;

/** Folds events into `state`, which must be that before the first of them, under the eyes of `checks`. */
export function runChecks(
  about: About,
  events: Iterable<Recorded>,
  state: State,
  checks: readonly Check[],
): Checked[] {
  const moment = { seq: 0, op: -1, state };
  const before: Listeners = new Map();
  const after: Listeners = new Map();
  const all = checks.map((check) => {
    const running = new Running(check, moment);
    running.attempt(() => {
      const watch = check.watch(about, running);
      listen(before, running, watch.before);
      listen(after, running, watch.after);
    });
    return running;
  });
  for (const { seq, op, event } of events) {
    moment.seq = seq;
    moment.op = op;
    tell(before.get(event.kind), event, moment);
    apply(state, event, seq);
    tell(after.get(event.kind), event, moment);
  }
  return all;
}

function listen(listeners: Listeners, running: Running, handlers: Handlers = {}): void {
  for (const [kind, handler] of Object.entries(handlers) as [KindName, Handler][]) {
    const others = listeners.get(kind);
    if (others === undefined) listeners.set(kind, [[running, handler]]);
    else others.push([running, handler]);
  }
}

function tell(
  listeners: readonly [Running, Handler][] | undefined,
  event: Event,
  moment: Moment,
): void {
  if (listeners === undefined) return;
  for (const [running, handler] of listeners)
    if (running.isRunning) running.attempt(() => handler(event as never, moment));
}

/** One check at work: what it reports, and what became of it. */
class Running implements Checked, Report {
  readonly check: Check;
  count = 0;
  readonly findings: Finding[] = [];
  undecidable: Checked["undecidable"] = null;
  failure: Checked["failure"] = null;
  readonly #moment: Moment;

  constructor(check: Check, moment: Moment) {
    this.check = check;
    this.#moment = moment;
  }

  get isRunning(): boolean {
    return this.failure === null && this.undecidable === null;
  }

  finding(things: readonly Thing[], says: string, verdict?: Verdict): void {
    this.count++;
    if (this.findings.length === KEPT) return;
    const { seq, op } = this.#moment;
    this.findings.push({ check: this.check.name, seq, op, things, verdict: verdict ?? null, says });
  }

  cannotTell(why: string): void {
    this.undecidable ??= { since: this.#moment.seq, why };
  }

  /** A check that throws is out; what it threw is its answer. */
  attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.failure = { seq: this.#moment.seq, error };
    }
  }
}
