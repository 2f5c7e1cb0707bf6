// run.ts - all checks over a trace in one pass, in memory that does not grow with it.

import type { Subject } from "../event/field.ts";
import type { About } from "../event/trace.ts";
import type { Verdict } from "../event/verdict.ts";
import { type Event, type KindName, kindNames, type Recorded } from "../event/vocabulary.ts";
import { nearest, UserError } from "../fault.ts";
import { apply } from "../machine/apply.ts";
import type { State } from "../machine/state.ts";
import type { Check, Checked, Finding, Handlers, Moment, Report, Watch } from "./check.ts";

/** Findings of one check that are kept; further ones are counted. */
const KEPT = 100;

type Handler = (event: never, moment: Moment) => void;
type Listeners = Map<KindName, [Running, Handler][]>;

/** Applies events to `state`, which must be the one before the first of them, and calls `checks` at each. */
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
    try {
      const watch: Watch | undefined = check.watch(about, running);
      if (watch === undefined) throw new UserError("watch() gives no handlers: { before, after }");
      listen(before, running, watch.before);
      listen(after, running, watch.after);
    } catch (error) {
      running.fail(error);
    }
    return running;
  });
  for (const { seq, op, event } of events) {
    moment.seq = seq;
    moment.op = op;
    tell(before.get(event.kind), event, moment);
    apply(state, event, seq);
    tell(after.get(event.kind), event, moment);
    if (event.kind === "events.lost") for (const running of all) running.lose(event.count);
  }
  return all.map(({ outcome }) => outcome);
}

function listen(listeners: Listeners, running: Running, handlers: Handlers = {}): void {
  for (const [kind, handler] of Object.entries(handlers) as [KindName, Handler][]) {
    // A user's check is JavaScript: no compiler has checked the names of kinds.
    if (!kindNames.includes(kind)) {
      const near = nearest(kind, kindNames);
      const meant = near === undefined ? "" : `, did you mean '${near}'`;
      throw new UserError(`no kind of event is called '${kind}'${meant}`);
    }
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
  for (const [running, handler] of listeners) {
    if (!running.isRunning) continue;
    try {
      handler(event as never, moment);
    } catch (error) {
      running.fail(error);
    }
  }
}

/** One check while it runs: its findings so far, and whether it still runs. */
class Running implements Report {
  readonly check: Check;
  isRunning = true;
  readonly #moment: Moment;
  #count = 0;
  readonly #findings: Finding[] = [];
  #unknown: Checked["unknown"] = null;
  #undecidable: Checked["undecidable"] = null;
  #failure: Checked["failure"] = null;

  constructor(check: Check, moment: Moment) {
    this.check = check;
    this.#moment = moment;
  }

  get outcome(): Checked {
    return {
      check: this.check,
      count: this.#count,
      findings: this.#findings,
      unknown: this.#unknown,
      undecidable: this.#undecidable,
      failure: this.#failure,
    };
  }

  finding(subjects: readonly Subject[], says: string, verdict?: Verdict): void {
    this.#count++;
    if (this.#findings.length === KEPT) return;
    const { seq, op } = this.#moment;
    const { name: check } = this.check;
    this.#findings.push({ check, seq, op, subjects, verdict: verdict ?? null, says });
  }

  unknown(why: string): void {
    const { count, ...first } = this.#unknown ?? { count: 0, seq: this.#moment.seq, why };
    this.#unknown = { count: count + 1, ...first };
  }

  cannotTell(why: string): void {
    this.#undecidable ??= { since: this.#moment.seq, why };
    this.isRunning = false;
  }

  /** What was remembered before a gap may no longer hold. */
  lose(count: number): void {
    if (this.isRunning && this.check.byEvent !== true) this.cannotTell(`${count} events were lost`);
  }

  /** A check that throws is called no more; what it threw is its result. */
  fail(error: unknown): void {
    this.#failure = { seq: this.#moment.seq, error };
    this.isRunning = false;
  }
}
