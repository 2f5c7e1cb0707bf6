// provenance.ts - where an address came from: an event's causes, the table entries behind them, the call that gave it.
//
// The chain of causes leads from what hardware met to the allocation of the page. Beside it stand the entry
// of the P2M that says where the page is, and the IOMMU entry behind a DMA handle.

import { pfnOf, raw } from "../address.ts";
import { addressesOf, type Verdict, verdictBy } from "../event/verdict.ts";
import type { Event, Of, Recorded } from "../event/vocabulary.ts";
import type { WrongEvent } from "../judgement/judgement.ts";
import { changesOf } from "./changes.ts";
import { knownWrongAt } from "./judged.ts";
import { onBus, subjectAt } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** The event's chain of causes, nearest first, without the event itself. */
export function causesOf(trace: Pick<Trace, "event">, recorded: Recorded): Recorded[] {
  const chain: Recorded[] = [];
  let { cause } = recorded.event;
  while (cause != null) {
    const next = trace.event(cause);
    if (next === undefined) break;
    chain.push(next);
    cause = next.event.cause;
  }
  return chain;
}

/** The verdict of an event of a trace; its cause is looked up only where the answer depends on it. */
export function verdictIn(trace: Pick<Trace, "event">, { event }: Recorded): Verdict | null {
  return verdictBy(addressesOf(event), event.cause, (seq) => {
    const cause = trace.event(seq);
    return cause === undefined ? null : addressesOf(cause.event);
  });
}

/** One step: an event, and of which step it is the reason. */
export interface Step {
  /** The event. */
  readonly recorded: Recorded;
  /** What its addresses say; null where none was handed to anybody. */
  readonly verdict: Verdict | null;
  /** What is wrong with it; null where nothing is. */
  readonly wrong: WrongEvent | null;
  /** The event asked about, what its address came from, or the entry that decided where it leads. */
  readonly role: "asked" | "cause" | Entry["role"];
  /** The seq of the step that it explains; null for the one asked about. */
  readonly explains: number | null;
}

/** The event itself, its causes nearest first, then the entries that decided; about 0.1 ms by the index. */
export function whyOf(trace: Trace, asked: Recorded): Step[] {
  const chain = [asked, ...causesOf(trace, asked)];
  const steps = chain.map(
    (recorded, i): Step => ({
      recorded,
      verdict: verdictIn(trace, recorded),
      wrong: knownWrongAt(trace, recorded.seq),
      role: i === 0 ? "asked" : "cause",
      explains: chain[i - 1]?.seq ?? null,
    }),
  );
  const seen = new Set(chain.map(({ seq }) => seq));
  for (const { role, recorded, explains } of entriesBehind(trace, chain)) {
    if (seen.has(recorded.seq)) continue;
    seen.add(recorded.seq);
    steps.push({ recorded, verdict: null, wrong: null, role, explains });
  }
  return steps;
}

/** What was in force when a step was taken, and is no cause of it. */
interface Entry {
  /** What decided: the allocation of the page, or an entry of the P2M or of an IOMMU. */
  readonly role: "p2m" | "iommu" | "allocation";
  /** The event that made it. */
  readonly recorded: Recorded;
  /** The seq of the step where it was in force. */
  readonly explains: number;
}

/** The entries that were in force when each step was taken; a page that moved has more than one. */
function* entriesBehind(trace: Trace, chain: readonly Recorded[]): Generator<Entry> {
  const page = pageMeant(chain);
  let found: Recorded | null | undefined;
  for (const { seq, event } of chain) {
    if (page !== null && !trace.about.physIsMachine && saysWhere(event)) {
      // Steps go back in time: what was last set before this one was in force since.
      if (found === undefined || (found !== null && found.seq > seq))
        found = inForce(trace, "p2m", page, seq);
      if (found !== null) yield { role: "p2m", recorded: found, explains: seq };
    }
    if (event.kind === "dma.mapped") yield* entryBehind(trace, event, seq);
  }
  // A DMA handle's chain ends where it was mapped; the page was somebody's before.
  const allocated = chain.some(({ event }) => event.kind === "page.allocated");
  if (page === null || allocated) return;
  const { seq } = chain.at(-1)!;
  const recorded = inForce(trace, "allocation", page, seq);
  if (recorded !== null) yield { role: "allocation", recorded, explains: seq };
}

/** Whether the event says where the page is: then its entry was looked up then. */
function saysWhere(event: Event): boolean {
  return addressesOf(event).machine !== null && event.kind !== "p2m.set";
}

/** The pseudo-physical page that all this is about, as the nearest step that knows it says. */
function pageMeant(chain: readonly Recorded[]): number | null {
  for (const { event } of chain)
    if ("phys" in event && event.phys != null) return raw(pfnOf(event.phys)); // as above
  return null;
}

/** The entry of the IOMMU at a mapping's address; another device has entries of its own there. */
function* entryBehind(trace: Trace, { bus, device }: Of<"dma.mapped">, moment: number) {
  const stretch = { from: 1, to: moment, backwards: true };
  for (const recorded of changesOf(trace, onBus("iommu", bus), stretch)) {
    const { device: owner } = recorded.event as { readonly device?: number | null };
    if (device != null && owner != null && owner !== device) continue;
    const entry: Entry = { role: "iommu", recorded, explains: moment };
    yield entry;
    return;
  }
}

/** The last event up to a moment that changed a page's entry or its owner; null for none. */
function inForce(
  trace: Trace,
  role: "p2m" | "allocation",
  page: number,
  moment: number,
): Recorded | null {
  const stretch = { from: 1, to: moment, backwards: true };
  for (const recorded of changesOf(trace, subjectAt(role, page), stretch)) return recorded;
  return null;
}
