// outcome.ts - how a run ended: right, refused, or content and wrong all the same.

import { rightVerdict, type Verdict } from "../event/verdict.ts";
import type { Recorded } from "../event/vocabulary.ts";
import type { Judged, Refusal } from "../judgement/judgement.ts";
import { judgedOf, wordOf, wrongAt } from "./judged.ts";
import { causesOf, verdictIn } from "./provenance.ts";
import type { Trace } from "./trace.ts";

/** How a run ended. */
export interface Outcome {
  /** `oops`: the kernel died. `refused`: the driver did not load. Else what the trace is judged. */
  readonly ends: "right" | "refused" | "wrong" | "oops" | "undecided";
  /** What init returned, where it refused. */
  readonly errno: number | null;
  /** The operation that the driver's loading was, where it refused. */
  readonly refusal: Refusal | null;
  /** The event that says why: the refusal, or the first that is wrong. */
  readonly first: JudgedEvent | null;
  /** Beside a refusal: the first other event that is wrong, for the rest of the kernel goes on. */
  readonly astray: JudgedEvent | null;
  /** What the card read, and how much of it was the page that was meant. */
  readonly reads: number;
  /** How many of these were of the page that was meant. */
  readonly rightReads: number;
  /** Pages that were freed although nobody had allocated them. */
  readonly wrongFrees: number;
  /** The hook that gave the number of `first`; null for none. */
  readonly hook: string | null;
}

/** An event and what its addresses say. */
interface JudgedEvent {
  /** The event. */
  readonly recorded: Recorded;
  /** What its addresses say; null where none was handed to anybody. */
  readonly verdict: Verdict | null;
}

/** Levels of messages that say why a driver gives up. */
const SEVERE: ReadonlySet<string> = new Set(["emerg", "alert", "crit", "err"]);

export function outcomeOf(trace: Trace): Outcome {
  const judged = judgedOf(trace);
  const { checks, refusals } = judged.judgement;
  const countOf = (name: string) => checks.find(({ check }) => check === name)?.count ?? 0;
  // The driver's loading is the operation of this name; further errnos are the client's.
  const refusal = refusals.first.find(({ name }) => name === "init") ?? null;
  const refused = refusal === null ? null : refusedBy(trace, refusal);
  const wrong = firstWrong(trace, judged, refused);
  const first = refusal === null ? wrong : refused;
  return {
    ends: ending(trace, refusal, countOf("kernel-fault") > 0),
    errno: refusal?.errno ?? null,
    refusal,
    first: first && judgedIn(trace, first),
    astray: refusal === null || wrong === null ? null : judgedIn(trace, wrong),
    ...readsOf(trace, judged),
    wrongFrees: countOf("wrong-free"),
    hook: first && hookOf(trace, first),
  };
}

function ending(trace: Trace, refusal: Refusal | null, died: boolean): Outcome["ends"] {
  if (refusal !== null) return "refused";
  return died ? "oops" : wordOf(trace);
}

/** The fault behind a refusal, or what the driver complains of; null where nothing says why. */
function refusedBy(trace: Trace, { by, op }: Refusal): Recorded | null {
  if (by !== null) return trace.event(by.seq) ?? null;
  const { first, last } = trace.op(op)!;
  for (const recorded of trace.events(first, last ?? trace.count))
    if (recorded.event.kind === "message.logged" && SEVERE.has(recorded.event.level))
      return recorded;
  return null;
}

/** The first event that is wrong, but the refusal. */
function firstWrong(trace: Trace, judged: Judged, refused: Recorded | null): Recorded | null {
  for (const { seq } of judged.wrong(1, trace.count, false))
    if (seq !== refused?.seq) return trace.event(seq)!;
  return null;
}

function readsOf(trace: Trace, judged: Judged): Pick<Outcome, "reads" | "rightReads"> {
  const wrong = new Set<number>();
  for (const { seq } of judged.wrong(1, trace.count, false)) wrong.add(seq);
  let [reads, rightReads] = [0, 0];
  for (const { seq, event } of trace.events()) {
    if (event.kind !== "device.read" || event.actor !== "card") continue;
    reads++;
    if (rightVerdict("access", event) !== null && !wrong.has(seq)) rightReads++;
  }
  return { reads, rightReads };
}

const judgedIn = (trace: Trace, recorded: Recorded): JudgedEvent => ({
  recorded,
  verdict: wrongAt(trace, recorded.seq)?.verdict ?? verdictIn(trace, recorded),
});

function hookOf(trace: Trace, recorded: Recorded): string | null {
  const hook = [recorded, ...causesOf(trace, recorded)].find(
    ({ event }) => event.kind === "hook.called",
  );
  return hook?.event.kind === "hook.called" ? hook.event.hook : null;
}
