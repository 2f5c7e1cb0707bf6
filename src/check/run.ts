// run.ts - all checks over a trace in one pass, in memory that does not grow with it.

import type { Subject } from "../event/field.ts";
import type { About } from "../event/trace.ts";
import type { Verdict } from "../event/verdict.ts";
import {
  type Event,
  type KindName,
  kindCode,
  kindCodeOf,
  kindNames,
  type Recorded,
} from "../event/vocabulary.ts";
import { nearest, UserError } from "../fault.ts";
import { LiveMappings } from "../machine/access.ts";
import { apply } from "../machine/apply.ts";
import type { State } from "../machine/state.ts";
import type { Check, Checked, EventAt, Finding, Handlers, Moment, Report } from "./check.ts";

/** Findings of one check that are kept; further ones are counted. */
const KEPT = 100;

const LOST = kindCode["events.lost"];
/** By kind: whether an event of it changes what is mapped. */
const isOfMappings: readonly boolean[] = kindNames.map((kind) =>
  ["dma.mapped", "dma.unmapped", "events.lost"].includes(kind),
);

type Handler = (event: never, moment: Moment) => void;
/** By the code of a kind. */
type Listeners = (Listener[] | undefined)[];
interface Listener {
  readonly running: Running;
  readonly handler: Handler;
}

/** Applies events to `state`, which must be the one before the first of them, and calls `checks` at each. */
export function runChecks(
  about: About,
  events: Iterable<Recorded>,
  state: State,
  checks: readonly Check[],
): Checked[] {
  const run = new CheckRun(about, checks, state, () => {});
  for (const { seq, op, event } of events) {
    const kind = kindCodeOf(event);
    run.before(seq, op, event, kind);
    apply(state, event, seq);
    run.after(event, kind);
  }
  return run.end();
}

/** All checks at work, told of every event before and after it changes the state. */
export class CheckRun {
  /** The DMA mappings in force. */
  readonly mappings = new LiveMappings();
  readonly #moment: { seq: number; op: number; readonly state: State; mappings: LiveMappings };
  readonly #before: Listeners = kindNames.map(() => undefined);
  readonly #after: Listeners = kindNames.map(() => undefined);
  readonly #all: readonly Running[];

  /** `each` hears of every finding, and of every event that could not be decided, as null. */
  constructor(
    about: About,
    checks: readonly Check[],
    state: State,
    each: (finding: Finding | null) => void,
  ) {
    const moment = { seq: 0, op: -1, state, mappings: this.mappings };
    this.#moment = moment;
    this.#all = checks.map((check) => {
      const running = new Running(check, about.source, moment, each);
      try {
        const watch = check.watch(about, running);
        if (watch === undefined)
          throw new UserError("watch() gives no handlers: { before, after }");
        listen(this.#before, running, watch.before);
        listen(this.#after, running, watch.after);
        running.atEnd = watch.end;
      } catch (error) {
        running.fail(error);
      }
      return running;
    });
  }

  /** `kind` is the code of the event's kind: to look it up costs as much as a handler. */
  before(seq: number, op: number, event: Event, kind: number): void {
    this.#moment.seq = seq;
    this.#moment.op = op;
    this.#tell(this.#before[kind], event);
  }

  after(event: Event, kind: number): void {
    if (isOfMappings[kind]) this.mappings.see(this.#moment.seq, this.#moment.op, event);
    this.#tell(this.#after[kind], event);
    if (kind === LOST && event.kind === "events.lost")
      for (const running of this.#all) running.lose(event.count);
  }

  /** Behind the last event: what came of each check. */
  end(): Checked[] {
    return this.#all.map((running) => {
      running.end();
      return running.outcome;
    });
  }

  /** Hot: twice an event while recording; for an entry that is written ten checks listen (bench: record, check). */
  #tell(listeners: readonly Listener[] | undefined, event: Event): void {
    if (listeners === undefined) return;
    for (const { running, handler } of listeners) {
      if (!running.isRunning) continue;
      running.eventCount++;
      try {
        const result: unknown = handler(event as never, this.#moment);
        if (result instanceof Promise) running.promised(result);
      } catch (error) {
        running.fail(error);
      }
    }
  }
}

function listen(listeners: Listeners, running: Running, handlers: Handlers = {}): void {
  for (const [kind, handler] of Object.entries(handlers) as [KindName, Handler][]) {
    // A user's check is JavaScript: no compiler has checked the names of kinds.
    if (!kindNames.includes(kind)) {
      const near = nearest(kind, kindNames);
      const hint = near === undefined ? "" : `, did you mean '${near}'`;
      throw new UserError(`no kind of event is called '${kind}'${hint}`);
    }
    const code = kindCode[kind];
    listeners[code] ??= [];
    listeners[code].push({ running, handler });
  }
}

/** One check while it runs: its findings so far, and whether it still runs. */
class Running implements Report {
  readonly check: Check;
  isRunning = true;
  /** How many events it was told of. */
  eventCount = 0;
  atEnd: (() => void) | undefined;
  readonly #source: About["source"];
  readonly #moment: EventAt;
  readonly #each: (finding: Finding | null) => void;
  #held = 0;
  #count = 0;
  readonly #findings: Finding[] = [];
  #unknown: Checked["unknown"] = null;
  #undecidable: Checked["undecidable"] = null;
  #failure: Checked["failure"] = null;

  constructor(
    check: Check,
    source: About["source"],
    moment: EventAt,
    each: (finding: Finding | null) => void,
  ) {
    this.check = check;
    this.#source = source;
    this.#moment = moment;
    this.#each = each;
  }

  get outcome(): Checked {
    return {
      check: this.check,
      held: this.check.counts ? this.#held : Math.max(0, this.eventCount - this.#count),
      count: this.#count,
      findings: this.#findings,
      unknown: this.#unknown,
      undecidable: this.#undecidable,
      failure: this.#failure,
    };
  }

  held(): void {
    this.#held++;
  }

  finding(subjects: readonly Subject[], says: string, verdict?: Verdict): void {
    this.findingAt(this.#moment, subjects, says, verdict);
  }

  findingAt(
    { seq, op }: EventAt,
    subjects: readonly Subject[],
    says: string,
    verdict?: Verdict,
  ): void {
    this.#count++;
    const { name: check } = this.check;
    const finding = { check, seq, op, subjects, verdict: verdict ?? null, says };
    this.#each(finding);
    if (this.#findings.length < KEPT) this.#findings.push(finding);
  }

  unknown(why: string): void {
    const { count, ...first } = this.#unknown ?? { count: 0, seq: this.#moment.seq, why };
    this.#unknown = { count: count + 1, ...first };
    this.#each(null);
  }

  cannotTell(why: string): void {
    this.#undecidable ??= { since: this.#moment.seq, why };
    this.isRunning = false;
  }

  /** What was remembered before a gap may no longer hold. */
  lose(count: number): void {
    const { byEvent, goesOn } = this.check;
    // What was told of nothing begins behind the gap, as it would where an imported trace begins in the middle.
    if (this.eventCount === 0 && this.#source === "imported") return;
    if (this.isRunning && !byEvent && !goesOn)
      this.cannotTell(`${count === 0 ? "" : `${count} `}events were lost`);
  }

  /** A check that throws is called no more; what it threw is its result. */
  fail(error: unknown): void {
    this.#failure ??= { seq: this.#moment.seq, error };
    this.isRunning = false;
  }

  /** The machine does not wait for a handler, and what it throws later is as good as thrown at once. */
  promised(promise: Promise<unknown>): void {
    this.fail(new UserError("its handler gives a promise; make it a plain function"));
    promise.catch((error: unknown) => {
      this.#failure = { ...this.#failure!, error };
    });
  }

  end(): void {
    if (!this.isRunning) return;
    try {
      this.atEnd?.();
    } catch (error) {
      this.fail(error);
    }
  }
}
