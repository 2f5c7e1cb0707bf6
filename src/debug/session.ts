// session.ts - a debugger over one trace: its position, its breakpoints and checkpoints, and the moves between.
//
// One stands at an event: it has happened, the next one has not. At moment 0 nothing has happened yet. To move
// is to look up the event to stand at; nothing is executed in either direction.

import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import type { Stretch } from "../replay/changes.ts";
import { type Subject, subjectNamed } from "../replay/subject.ts";
import type { Trace } from "../replay/trace.ts";
import type { TimeTravel } from "../replay/travel.ts";
import {
  type Breakpoint,
  nearestHit,
  splitCondition,
  type Target,
  targetOf,
} from "./breakpoint.ts";
import { chunksOf, isInterrupted } from "./chunks.ts";

export type Direction = "forwards" | "backwards";

/** Where a move ended, and what ended it. */
export interface Arrival {
  readonly moment: number;
  /** It reached its goal, hit a breakpoint, met an end of the trace, or was interrupted. */
  readonly by: "arrived" | "stop" | "edge" | "interrupted";
  readonly stop: Breakpoint | null;
}

export interface Checkpoint {
  readonly number: number;
  readonly moment: number;
}

export class Session {
  readonly travel: TimeTravel;
  readonly trace: Trace;
  readonly #stops: Breakpoint[] = [];
  readonly #checkpoints: Checkpoint[] = [];
  readonly #before: number[] = [];
  #after: number[] = [];
  #moment = 0;
  #stopsMade = 0;
  #checkpointsMade = 0;

  constructor(travel: TimeTravel) {
    this.travel = travel;
    this.trace = travel.trace;
  }

  get moment(): number {
    return this.#moment;
  }

  /** The event at which one stands; undefined before everything. */
  get here(): Recorded | undefined {
    return this.trace.event(this.#moment);
  }

  get stops(): readonly Breakpoint[] {
    return this.#stops;
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  /** Stands at a moment, from 0 to the trace's count, whatever lies between. */
  goTo(moment: number): Arrival {
    return this.#arrive(moment, "arrived");
  }

  /** So many events on or back. */
  step(direction: Direction, events = 1): Arrival {
    const wanted = this.#moment + (direction === "forwards" ? events : -events);
    const moment = Math.min(Math.max(wanted, 0), this.trace.count);
    return this.#arrive(moment, moment === wanted ? "arrived" : "edge");
  }

  /** To where the next op begins; backwards, to where this one began, or the one before it. */
  async next(direction: Direction, signal?: AbortSignal): Promise<Arrival> {
    const began = { kinds: ["op.began"] } as const;
    const event =
      direction === "forwards"
        ? this.travel.next(began, this.#moment)
        : this.travel.previous(began, this.#moment);
    return this.#until(direction, event?.seq ?? null, signal);
  }

  /** To the end of the op in which one stands; backwards, to its beginning. */
  async finish(direction: Direction, signal?: AbortSignal): Promise<Arrival> {
    const op = this.here?.op ?? -1;
    const row = op < 0 ? undefined : this.trace.op(op);
    if (row === undefined)
      throw new UserError(`#${this.#moment} is in no op; 'next' goes to where the next one begins`);
    const isBack = direction === "backwards";
    const edge = isBack ? row.first : row.last;
    if (edge === this.#moment)
      throw new UserError(
        `#${edge} is the ${isBack ? "beginning" : "end"} of op ${op} already; ` +
          `'${isBack ? "reverse-next" : "next"}' goes on to another`,
      );
    return this.#until(direction, edge, signal);
  }

  /** Whether one stands in an op before its end. */
  get canFinish(): boolean {
    const op = this.here?.op ?? -1;
    const row = op < 0 ? undefined : this.trace.op(op);
    return row !== undefined && row.last !== null && row.last > this.#moment;
  }

  /** To the nearest event that one of the stops is for, or to the end of the trace; a signal ends the search. */
  continue(direction: Direction, signal?: AbortSignal): Promise<Arrival> {
    return this.#until(direction, null, signal);
  }

  /** To where one stood before the last move; null where there was none. */
  back(): Arrival | null {
    return this.#retrace(this.#before, this.#after);
  }

  /** To where `back` came from. */
  forward(): Arrival | null {
    return this.#retrace(this.#after, this.#before);
  }

  /** A breakpoint: "gatt.written if entry >= 0x40". */
  break(text: string): Breakpoint {
    const [spec, condition] = splitCondition(text);
    return this.add(spec, targetOf(this.trace, spec), condition);
  }

  /** A watchpoint on what changes a subject, looks at it, or does either. */
  watch(text: string, at: "change" | "read" | "access"): Breakpoint {
    const [name, condition] = splitCondition(text);
    const subject: Subject = subjectNamed(this.trace, name);
    return this.add(subject.name, { at, subject }, condition);
  }

  add(text: string, target: Target, condition: Breakpoint["condition"] = null): Breakpoint {
    const stop = { number: ++this.#stopsMade, text, target, condition, hits: 0 };
    this.#stops.push(stop);
    return stop;
  }

  /** Forgets a stop, or all of them; gives how many are gone. */
  delete(number: number | null): number {
    return forget(this.#stops, number);
  }

  checkpoint(): Checkpoint {
    const made = { number: ++this.#checkpointsMade, moment: this.#moment };
    this.#checkpoints.push(made);
    return made;
  }

  deleteCheckpoint(number: number | null): number {
    return forget(this.#checkpoints, number);
  }

  async #until(
    direction: Direction,
    goal: number | null,
    signal: AbortSignal | undefined,
  ): Promise<Arrival> {
    const backwards = direction === "backwards";
    const limit = goal ?? (backwards ? 1 : this.trace.count);
    const whole = backwards
      ? { from: limit, to: this.#moment - 1, backwards }
      : { from: this.#moment + 1, to: limit, backwards };
    const pieces = this.#stops.length === 0 ? [] : chunksOf(whole);
    for (const piece of pieces) {
      const met = this.#nearest(piece);
      if (met !== null) {
        met.stop.hits++;
        return this.#arrive(met.seq, "stop", met.stop);
      }
      const looked = backwards ? piece.from : piece.to;
      if (looked !== limit && (await isInterrupted(signal)))
        return this.#arrive(looked, "interrupted");
    }
    if (goal !== null) return this.#arrive(goal, "arrived");
    return this.#arrive(backwards ? 0 : this.trace.count, "edge");
  }

  /** The stop that is met first in a stretch, and where. */
  #nearest(stretch: Stretch): { readonly stop: Breakpoint; readonly seq: number } | null {
    let best: { readonly stop: Breakpoint; readonly seq: number } | null = null;
    let { from, to } = stretch;
    for (const stop of this.#stops) {
      const found = nearestHit(this.travel, stop, { ...stretch, from, to });
      if (found === undefined) continue;
      best = { stop, seq: found.seq };
      // What lies at the nearest one so far, or beyond it, need not be looked at.
      if (stretch.backwards) from = found.seq + 1;
      else to = found.seq - 1;
    }
    return best;
  }

  #arrive(moment: number, by: Arrival["by"], stop: Breakpoint | null = null): Arrival {
    if (moment !== this.#moment) {
      this.#before.push(this.#moment);
      this.#after = [];
      this.#moment = moment;
    }
    return { moment, by, stop };
  }

  #retrace(from: number[], to: number[]): Arrival | null {
    const moment = from.pop();
    if (moment === undefined) return null;
    to.push(this.#moment);
    this.#moment = moment;
    return { moment, by: "arrived", stop: null };
  }
}

function forget(list: { readonly number: number }[], number: number | null): number {
  const kept = number === null ? [] : list.filter((one) => one.number !== number);
  const gone = list.length - kept.length;
  list.splice(0, list.length, ...(kept as typeof list));
  return gone;
}
