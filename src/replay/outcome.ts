// outcome.ts - how a run ended: right, refused, or content and wrong all the same.

import type { Pfn } from "../address.ts";
import { isWrong, type Verdict } from "../event/verdict.ts";
import type { Event, Recorded } from "../event/vocabulary.ts";
import { causesOf, verdictIn } from "./provenance.ts";
import type { Trace } from "./trace.ts";

export interface Outcome {
  readonly ends: "right" | "refused" | "wrong" | "oops";
  /** What init returned, where it refused. */
  readonly errno: number | null;
  /** The event that says why: the refusal, the oops, or the first number that leads astray. */
  readonly first: Judged | null;
  /** Beside a refusal: the first number that leads astray, for the rest of the kernel goes on. */
  readonly astray: Judged | null;
  /** What the card read, and how much of it was the page that was meant. */
  readonly reads: number;
  readonly rightReads: number;
  /** Pages that were freed although nobody had allocated them. */
  readonly wrongFrees: number;
  readonly hook: string | null;
}

interface Judged {
  readonly recorded: Recorded;
  readonly verdict: Verdict | null;
}

/** Levels of messages that say why a driver gives up. */
const SEVERE: ReadonlySet<string> = new Set(["emerg", "alert", "crit", "err"]);

/** One pass over a trace. */
export function outcomeOf(trace: Trace): Outcome {
  const live = new Set<Pfn>();
  let [reads, rightReads, wrongFrees] = [0, 0, 0];
  let errno: number | null = null;
  let refused: Recorded | null = null;
  let complaint: Recorded | null = null;
  let oops: Recorded | null = null;
  let wrong: Recorded | null = null;
  for (const recorded of trace.events()) {
    const { event } = recorded;
    if (event.kind === "page.allocated") live.add(event.allocation);
    if (event.kind === "page.freed" && !live.delete(event.allocation)) {
      wrongFrees++;
      wrong ??= recorded;
    }
    if (event.kind === "device.read" && event.actor === "card") {
      reads++;
      if (event.reached != null && event.reached === event.machine) rightReads++;
    }
    if (event.kind === "fault.raised") {
      if (event.fault === "oops") oops ??= recorded;
      else if (event.fault !== "invalid-entry") refused ??= recorded;
    }
    if (event.kind === "message.logged" && SEVERE.has(event.level)) complaint ??= recorded;
    if (isInitFailure(event)) errno ??= event.result.ret as number;
    if (wrong === null && mayBeWrong(event) && isWrong(verdictIn(trace, recorded)))
      wrong = recorded;
  }
  const first = errno === null ? (wrong ?? oops) : (refused ?? complaint);
  return {
    ends: ending(errno, wrong, oops),
    errno,
    first: first && { recorded: first, verdict: verdictIn(trace, first) },
    astray:
      errno === null || wrong === null
        ? null
        : { recorded: wrong, verdict: verdictIn(trace, wrong) },
    reads,
    rightReads,
    wrongFrees,
    hook: first && hookOf(trace, first),
  };
}

function ending(errno: number | null, wrong: unknown, oops: unknown): Outcome["ends"] {
  if (errno !== null) return "refused";
  if (wrong !== null) return "wrong";
  return oops === null ? "right" : "oops";
}

/** The driver's loading is the first operation that returns an errno of its own; later ones are the client's. */
const isInitFailure = (event: Event): event is Event & { kind: "op.ended" } =>
  event.kind === "op.ended" &&
  event.result.bridge === null &&
  typeof event.result.ret === "number" &&
  event.result.ret < 0;

const mayBeWrong = (event: Event): boolean =>
  "bus" in event &&
  event.bus != null &&
  event.kind !== "fault.raised" &&
  // A number that leads where it should needs no look at its cause.
  (!("reached" in event) || event.reached !== event.machine);

function hookOf(trace: Trace, recorded: Recorded): string | null {
  const hook = [recorded, ...causesOf(trace, recorded)].find(
    ({ event }) => event.kind === "hook.called",
  );
  return hook?.event.kind === "hook.called" ? hook.event.hook : null;
}
