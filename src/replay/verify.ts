// verify.ts - does replay agree with everything that a trace observed?
//
// Every truth and every observation in an event is derived again from the events before it.

import {
  inAperture,
  type Machine,
  mfnOf,
  onDeviceBus,
  untranslated,
  WORD_SIZE,
  type WordIndex,
} from "../address.ts";
import type { Of, Recorded } from "../event/vocabulary.ts";
import { apply } from "../machine/apply.ts";
import { cpuTag } from "../machine/cpu-cache.ts";
import { accessedWord, walk } from "../machine/gart.ts";
import { translate } from "../machine/iommu.ts";
import { directoryOf, State } from "../machine/state.ts";
import { cpuEntry, cpuWord, entryWord, whole } from "../machine/table-words.ts";
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
  /** How many observations were derived again. */
  readonly observations: number;
  readonly disagreements: readonly Disagreement[];
}

/** Replays the whole trace; stops collecting, not counting, after `most` disagreements. */
export function verify(trace: Trace, most = 20): Verification {
  const state = new State(natureOf(trace.about));
  const watch = new Watch(state);
  const disagreements: Disagreement[] = [];
  let observations = 0;
  let expected = 1;
  const hold = (seq: number, what: string, recorded: unknown, replayed: unknown) => {
    observations++;
    if (JSON.stringify(recorded) === JSON.stringify(replayed) || disagreements.length >= most)
      return;
    disagreements.push({ seq, what, recorded, replayed });
  };
  for (const recorded of trace.events()) {
    const { seq, event } = recorded;
    hold(seq, "seq", seq, expected++);
    before(recorded, state, hold, trace.about.source === "simulated");
    apply(state, event, seq);
    watch.see(event);
    truth(recorded, state, hold);
    if (event.kind !== "op.ended") continue;
    for (const fact of observable(event.result))
      hold(seq, fact, event.result[fact], watch.observed(fact));
  }
  return { observations, disagreements };
}

type Access = Of<"device.read"> | Of<"device.wrote">;
type Hold = (seq: number, what: string, recorded: unknown, replayed: unknown) => void;

/** What the event saw of the state that it met. */
function before({ seq, event }: Recorded, state: State, hold: Hold, isSimulated: boolean): void {
  switch (event.kind) {
    case "gatt.read":
      hold(seq, "word", whole(event), entryAt(state, accessedWord(state, event)) ?? whole(event));
      return;
    case "directory.read":
    case "scratch-directory.read": {
      const which = event.kind === "directory.read" ? "directory" : "scratch-directory";
      const at = entryWord(directoryOf(state, which), event.entry, WORD_SIZE);
      hold(seq, "word", event.word, wordAt(state, at) ?? event.word);
      return;
    }
    case "register.read":
      hold(seq, "word", event.word, state.register(event.register, event.size)?.word ?? event.word);
      return;
    case "cpu.read":
      hold(seq, "tag", event.tag, cpuTag(state, event.frame) ?? event.tag);
      return;
    case "device.read":
    case "device.wrote": {
      hold(seq, "reached", event.reached ?? null, reachedBy(state, event, isSimulated));
      if (event.kind === "device.read" && event.frame != null)
        hold(seq, "tag", event.tag, state.content.get(event.frame) ?? event.tag);
      return;
    }
    default:
  }
}

/** Where an access gets to: an AGP master's through the GART, any other device's through the IOMMU if any. */
function reachedBy(
  state: State,
  { actor, device, bus, reached }: Access,
  isSimulated: boolean,
): Machine | null {
  if (actor !== "device") return walk(state, inAperture(bus))?.reached ?? null;
  // Which domain of a captured IOMMU a device is in, its accesses do not say; their translations do.
  const oneDomain = device == null || isSimulated;
  const translated = oneDomain ? translate(state, onDeviceBus(bus)) : null;
  if (translated !== null) return translated;
  // Behind an IOMMU without entries an address leads nowhere; that there is one, only the access says.
  return state.iommu.size > 0 || reached == null
    ? (reached ?? null)
    : untranslated(onDeviceBus(bus));
}

/** Where the event says the page is, and which address its word names. */
function truth({ seq, event }: Recorded, state: State, hold: Hold): void {
  if (event.kind === "p2m.cleared" || event.kind === "hypercall.made") return;
  if ("machine" in event && event.machine != null && "phys" in event && event.phys != null)
    hold(seq, "machine", event.machine, state.machineOf(event.phys));
  const { entry, directory } = state.nature.chipset ?? {};
  if (event.kind === "gatt.written" && event.bus != null)
    hold(seq, "bus", event.bus, entry?.decode(whole(event)) ?? null);
  if (event.kind === "directory.written" && event.bus != null)
    hold(seq, "bus", event.bus, directory?.decode(event.word) ?? null);
  if (event.kind === "cpu.wrote") hold(seq, "frame", event.frame, mfnOf(event.machine));
}

const entryAt = (state: State, at: WordIndex | null): number | undefined =>
  at === null ? undefined : cpuEntry(state, at);

const wordAt = (state: State, at: WordIndex | null): number | undefined =>
  at === null ? undefined : cpuWord(state, at);
