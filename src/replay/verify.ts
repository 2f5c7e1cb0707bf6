// verify.ts - does replay agree with everything that a trace observed?
//
// Every observation in an event is worked out again from the events before it. What the state does not know
// cannot be compared; if an earlier event set it, the state has forgotten it, and that is a disagreement.

import { inAperture, type Machine, mfnOf, onDeviceBus, untranslated } from "../address.ts";
import type { About } from "../event/trace.ts";
import type { Event, KindName, KindThat, Of, Recorded } from "../event/vocabulary.ts";
import { apply } from "../machine/apply.ts";
import { walk } from "../machine/gart.ts";
import { isTranslated, translate } from "../machine/iommu.ts";
import { State } from "../machine/state.ts";
import { whole } from "../machine/table-words.ts";
import { Evidence } from "./evidence.ts";
import { latestEvents } from "./latest.ts";
import { observable, Watch } from "./observe.ts";
import { natureOf } from "./replay.ts";
import type { Trace } from "./trace.ts";

/** One observation that replay does not confirm. */
export interface Disagreement {
  readonly seq: number;
  readonly what: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

export interface Verification {
  readonly agreed: number;
  readonly differed: number;
  /** Observations of what no event before shows: the state does not know it. */
  readonly unknown: number;
  /** The first of those that differed. */
  readonly disagreements: readonly Disagreement[];
}

/** Replays the whole trace by `fold`; lists the first `most` disagreements and counts them all. */
export function verify(
  trace: Trace,
  { most = MOST, fold = apply }: { readonly most?: number; readonly fold?: typeof apply } = {},
): Verification {
  const state = new State(natureOf(trace.about));
  const check = new ReplayCheck(trace.about, state, most);
  for (const recorded of trace.events()) {
    check.before(recorded);
    fold(state, recorded.event, recorded.seq);
    check.after(recorded);
  }
  return check.result;
}

/** Disagreements that are listed. */
const MOST = 20;

/** Works out again what each event observed of a state that somebody else folds. */
export class ReplayCheck {
  readonly #about: About;
  readonly #state: State;
  readonly #watch: Watch;
  readonly #comparison: Comparison;
  readonly #add: Read;
  readonly #evidence: Evidence;
  readonly #rememberedBy: ReturnType<typeof latestEvents>;
  #expected = 1;

  constructor(about: About, state: State, most = MOST) {
    this.#about = about;
    this.#state = state;
    this.#watch = new Watch(state);
    this.#comparison = new Comparison(most);
    this.#add = (...observation) => this.#comparison.add(...observation);
    this.#evidence = new Evidence(about, state);
    this.#rememberedBy = latestEvents(state);
  }

  /** The next event, before it changes the state. */
  before(recorded: Recorded): void {
    const { seq, op, event } = recorded;
    const add = this.#add;
    add(seq, "seq", seq, this.#expected++);
    add(seq, "op", op, event.kind === "op.began" ? event.op : this.#state.op);
    compareRead(recorded, this.#evidence, add);
    if (event.kind === "device.read" || event.kind === "device.wrote")
      add(seq, "reached", event.reached ?? null, reachedBy(this.#about, this.#state, event));
    const remembered = this.#rememberedBy(event);
    if (remembered !== null)
      add(seq, `${remembered.what} before`, remembered.recorded, remembered.replayed);
    this.#evidence.see(event);
  }

  /** The same event, when it has changed the state. */
  after(recorded: Recorded): void {
    const { seq, event } = recorded;
    this.#watch.see(event);
    compareAddresses(recorded, this.#state, this.#add);
    if (event.kind !== "op.ended") return;
    for (const fact of observable(event.result))
      this.#add(seq, fact, event.result[fact], this.#watch.observed(fact) ?? null);
  }

  get result(): Verification {
    return this.#comparison.result;
  }
}

/** Counts observations by what came of them. */
class Comparison {
  readonly #most: number;
  readonly #disagreements: Disagreement[] = [];
  #agreed = 0;
  #differed = 0;
  #unknown = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** `replayed` is undefined where the state does not know. */
  add(seq: number, what: string, recorded: unknown, replayed: unknown): void {
    if (replayed === undefined) this.#unknown++;
    else if (recorded === replayed || JSON.stringify(recorded) === JSON.stringify(replayed))
      this.#agreed++;
    else if (this.#differed++ < this.#most)
      this.#disagreements.push({ seq, what, recorded, replayed });
  }

  get result(): Verification {
    return {
      agreed: this.#agreed,
      differed: this.#differed,
      unknown: this.#unknown,
      disagreements: this.#disagreements,
    };
  }
}

type Read = Comparison["add"];

/** What an event read, and what the state before it holds. */
type Reading = readonly [what: string, recorded: unknown, replayed: unknown];

/** The kinds that read the state: one that is not compared here does not compile. */
const readings: {
  readonly [K in KindThat<"observes" | "reveals">]: (
    event: Of<K>,
    evidence: Evidence,
  ) => Reading | null;
} = {
  "gatt.read": (event, evidence) => ["word", whole(event), evidence.entry(event)],
  "outside.read": (event, evidence) => ["word", whole(event), evidence.outsideWord(event)],
  "directory.read": (event, evidence) => ["word", event.word, evidence.directoryWord(event)],
  "scratch-directory.read": (event, evidence) => [
    "word",
    event.word,
    evidence.directoryWord(event),
  ],
  "register.read": (event, evidence) => ["word", event.word, evidence.register(event)],
  "cpu.read": ({ tag, frame }, evidence) => ["tag", tag, evidence.cpuTag(frame)],
  "device.read": ({ tag, frame }, evidence) =>
    frame == null ? null : ["tag", tag, evidence.memoryTag(frame)],
};
// One dispatch outruns the type checker, as in apply().
const readingOf: {
  readonly [kind in KindName]?: (event: Event, evidence: Evidence) => Reading | null;
} = readings as never;

/** What the event read from the state that it met. */
function compareRead({ seq, event }: Recorded, evidence: Evidence, add: Read): void {
  const reading = readingOf[event.kind]?.(event, evidence);
  if (reading != null) add(seq, ...reading);
}

/**
 * Where an access gets to, null for nowhere: an AGP master's through the GART, any other device's through the
 * IOMMU if there is one. Undefined where the state does not know.
 */
function reachedBy(
  { source }: About,
  state: State,
  { actor, device, bus, reached }: Of<"device.read"> | Of<"device.wrote">,
): Machine | null | undefined {
  if (actor !== "device") {
    const walked = walk(state, inAperture(bus));
    // Where no table is known, an access that got somewhere shows that one is.
    return walked === null && reached == null ? undefined : (walked?.reached ?? null);
  }
  // Which domain of a captured IOMMU a device is in, its accesses do not say; their translations do.
  const translated =
    device == null || source === "simulated" ? translate(state, onDeviceBus(bus)) : null;
  if (translated !== null) return translated;
  // Behind an IOMMU without entries an address leads nowhere; that there is one, only the access says.
  return isTranslated(state) || reached == null ? undefined : untranslated(onDeviceBus(bus));
}

/** Where the event says the page is, and which address its word names. */
function compareAddresses({ seq, event }: Recorded, state: State, add: Read): void {
  if (event.kind === "p2m.cleared" || event.kind === "hypercall.made") return;
  if ("machine" in event && event.machine != null && "phys" in event && event.phys != null)
    add(seq, "machine", event.machine, state.machineOf(event.phys));
  const { chipset } = state.nature;
  if ((event.kind === "gatt.written" || event.kind === "outside.written") && event.bus != null)
    add(seq, "bus", event.bus, chipset?.entry.decode(whole(event)));
  if (event.kind === "directory.written" && event.bus != null)
    add(seq, "bus", event.bus, chipset?.directory?.decode(event.word));
  if (event.kind === "cpu.wrote") add(seq, "frame", event.frame, mfnOf(event.machine));
}
