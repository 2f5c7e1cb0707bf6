// travel.ts - time travel over one trace: any moment's state, and the past and future of a subject.
//
// Nothing is executed, forwards or backwards. A moment is the gap after an event: the state at moment n is
// what event n left. A debugger stands on this.

import type { HookName } from "../event/hook.ts";
import { useOf, type Verdict } from "../event/verdict.ts";
import {
  type Actor,
  type KindName,
  kindNames,
  type Recorded,
  subjectOf,
} from "../event/vocabulary.ts";
import { State } from "../machine/state.ts";
import { accessesOf, changesOf, isChange, type Stretch } from "./changes.ts";
import { judgedOf } from "./judged.ts";
import { causesOf, type Step, verdictIn, whyOf } from "./provenance.ts";
import { foldTo, natureOf } from "./replay.ts";
import type { Subject } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** Conditions on an event; all that are present must hold. */
export interface Filter {
  readonly kinds?: readonly KindName[];
  /** A call of this hook. */
  readonly hook?: HookName;
  readonly op?: number;
  /** About this one subject, by its code. */
  readonly subject?: number;
  readonly actor?: Actor;
  /** A function of driver or kernel. */
  readonly place?: string;
  /** One verdict, or any event of which something is wrong. */
  readonly verdict?: Verdict | "wrong";
  /** Any further condition. */
  readonly where?: (recorded: Recorded) => boolean;
}

/** States kept at hand: where a person stands, and stood before. */
const KEPT = 4;

export class TimeTravel {
  readonly trace: Trace;
  /** States by their moment, the one used last at the end; nobody else changes them. */
  readonly #states = new Map<number, State>();

  constructor(trace: Trace) {
    this.trace = trace;
  }

  /**
   * The state after exactly so many events, for the caller to keep: a few milliseconds anywhere, less near a
   * moment asked for before. `moment` is from 0 to the trace's count.
   */
  stateAt(moment: number): State {
    const state = this.#nearest(moment);
    foldTo(state, this.trace, moment);
    this.#keep(state);
    return state.copy();
  }

  /** The events that changed a subject, in order or newest first; each as soon as it is found. */
  changes(subject: Subject, stretch: Partial<Stretch> = {}): Iterable<Recorded> {
    return changesOf(this.trace, subject, this.#whole(stretch));
  }

  /** The events that changed a subject or looked at it. */
  accesses(subject: Subject, stretch: Partial<Stretch> = {}): Iterable<Recorded> {
    return accessesOf(this.trace, subject, this.#whole(stretch));
  }

  /** The events that looked at it and left it as it was. */
  *reads(subject: Subject, stretch: Partial<Stretch> = {}): Generator<Recorded> {
    for (const recorded of this.accesses(subject, stretch))
      if (!isChange(subject, recorded)) yield recorded;
  }

  /** What made the subject what it is at a moment; undefined where nothing did. */
  lastChange(subject: Subject, moment: number): Recorded | undefined {
    return first(this.changes(subject, { to: moment, backwards: true }));
  }

  /** The first change after a moment. */
  nextChange(subject: Subject, moment: number): Recorded | undefined {
    return first(this.changes(subject, { from: moment + 1 }));
  }

  /** The last change before the event at which this moment stands. */
  previousChange(subject: Subject, moment: number): Recorded | undefined {
    return this.lastChange(subject, moment - 1);
  }

  /** The events that are as the filter says, in order or newest first. */
  *matching(filter: Filter, stretch: Partial<Stretch> = {}): Generator<Recorded> {
    if (filter.verdict === "wrong") {
      yield* this.#wrong(filter, stretch);
      return;
    }
    const { kinds, subject, hook, op, actor, place, verdict, where } = filter;
    const eventKinds =
      hook === undefined ? (kinds ?? handingFor(verdict)) : (["hook.called"] as const);
    const row = op === undefined ? undefined : this.trace.op(op);
    if (op !== undefined && row === undefined) return;
    const { from, to, backwards } = this.#whole(stretch);
    const candidates = this.trace.search({
      from: Math.max(from, row?.first ?? 1),
      to: Math.min(to, row?.last ?? this.trace.count),
      backwards: backwards === true,
      ...(eventKinds === undefined ? {} : { kinds: eventKinds }),
      ...(subject === undefined ? {} : { subject }),
      ...(op === undefined ? {} : { op }),
      ...(actor === undefined ? {} : { actor }),
      ...(place === undefined ? {} : { place }),
      unproven: verdict !== undefined && !isRight(verdict),
    });
    for (const recorded of candidates) {
      const { event } = recorded;
      if (hook !== undefined && !(event.kind === "hook.called" && event.hook === hook)) continue;
      if (verdict !== undefined && this.verdict(recorded) !== verdict) continue;
      if (where === undefined || where(recorded)) yield recorded;
    }
  }

  /** The first such event after a moment. */
  next(filter: Filter, moment: number): Recorded | undefined {
    return first(this.matching(filter, { from: moment + 1 }));
  }

  /** The last such event before the one at which this moment stands. */
  previous(filter: Filter, moment: number): Recorded | undefined {
    return first(this.matching(filter, { to: moment - 1, backwards: true }));
  }

  verdict(recorded: Recorded): Verdict | null {
    return verdictIn(this.trace, recorded);
  }

  /** The event's chain of causes, nearest first, without the event itself. */
  causes(recorded: Recorded): Recorded[] {
    return causesOf(this.trace, recorded);
  }

  /** The same with the P2M and IOMMU entries that decided the addresses, and the event itself in front. */
  why(recorded: Recorded): Step[] {
    return whyOf(this.trace, recorded);
  }

  /** The wrong events that are as the filter says besides, as the judgement lists them. */
  *#wrong(filter: Filter, stretch: Partial<Stretch>): Generator<Recorded> {
    const { kinds, subject, hook, op, actor, place, where } = filter;
    const { from, to, backwards } = this.#whole(stretch);
    for (const { seq } of judgedOf(this.trace).wrong(from, to, backwards === true)) {
      const recorded = this.trace.event(seq)!;
      const { event } = recorded;
      if (kinds !== undefined && !kinds.includes(event.kind)) continue;
      if (hook !== undefined && !(event.kind === "hook.called" && event.hook === hook)) continue;
      if (op !== undefined && recorded.op !== op) continue;
      if (actor !== undefined && event.actor !== actor) continue;
      if (place !== undefined && event.place !== place) continue;
      if (subject !== undefined && subjectOf(event) !== subject) continue;
      if (where === undefined || where(recorded)) yield recorded;
    }
  }

  #whole(stretch: Partial<Stretch>): Stretch {
    return { from: 1, to: this.trace.count, ...stretch };
  }

  /** A state of our own at the latest moment at hand, or else at the keyframe before. */
  #nearest(moment: number): State {
    const start = Math.max(-1, ...[...this.#states.keys()].filter((at) => at <= moment));
    if (start === moment || (start >= 0 && start > moment - AT_HAND))
      return this.#states.get(start)!.copy();
    const fresh = new State(natureOf(this.trace.about));
    this.trace.restore(fresh, moment);
    return fresh;
  }

  #keep(state: State): void {
    this.#states.delete(state.moment);
    this.#states.set(state.moment, state);
    if (this.#states.size > KEPT) this.#states.delete(this.#states.keys().next().value!);
  }
}

const isRight = (verdict: Filter["verdict"]): boolean =>
  verdict === "identity" || verdict === "translated";

/** Only uses have a verdict; of the unproven ones the store keeps a zone map. */
const handing = kindNames.filter((kind) => useOf(kind) !== "none");
const handingFor = (verdict: Filter["verdict"]): Filter["kinds"] =>
  verdict !== undefined && isRight(verdict) ? handing : undefined;

/** Events that are folded sooner than a keyframe is read. */
const AT_HAND = 2048;

function first(events: Iterable<Recorded>): Recorded | undefined {
  for (const recorded of events) return recorded;
  return undefined;
}
