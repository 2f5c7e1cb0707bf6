// changes.ts - the past and the future of a subject: every event that changed it, or touched it, in either direction.
//
// By the index a subject's events are found without reading any other; without it, by reading through.

import { bus, offset, PAGE_SIZE, pfnOf, raw } from "../address.ts";
import { type FamilyName, families, SUBJECT_FAMILIES } from "../event/field.ts";
import { effects as anyEffect, type Effect } from "../event/kind.ts";
import type { Search } from "../event/trace.ts";
import {
  declarationOf,
  type Event,
  type KindName,
  kindNames,
  type Recorded,
} from "../event/vocabulary.ts";
import { pagesOf } from "../machine/state.ts";
import { areIndexed } from "../store/postings.ts";
import type { BusRange, Subject, SubjectRange } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** A stretch of a trace: event numbers, both included, and which end to begin at. */
export type Stretch = Pick<Search, "from" | "to" | "backwards">;

/** Of each family: the kinds that name one of its subjects, and the field that does. */
const namers = new Map<FamilyName, Map<KindName, string>>();
for (const kind of kindNames)
  for (const [field, { family }] of Object.entries(declarationOf(kind).fields)) {
    if (family === null) continue;
    if (!namers.has(family)) namers.set(family, new Map());
    namers.get(family)!.set(kind, field);
  }

/** Of a family, the kinds with one of these effects on their subject. */
const kindsOf = (family: FamilyName, ...effects: readonly Effect[]): KindName[] =>
  [...namers.get(family)!.keys()].filter((kind) => effects.includes(declarationOf(kind).effect));

/** By family: the kinds that change one of its subjects. */
const changing = new Map(families.map((family) => [family, kindsOf(family, "changes")]));

/** Families whose events can be about several pages, the first of which is their subject. */
const PAGED: readonly SubjectRange["family"][] = ["allocation", "iommu"];
/** As far back as the first of several pages can lie: the largest block of the page allocators of 2005 has 2^13. */
const REACH = 2 ** 13;
/** An access is at most so many bytes wide. */
const REGISTER_REACH = 3;
/** Things looked up one by one; a longer range is read through. */
const LOOKUPS = 512;

/** The events that changed a subject, in order or newest first; each as soon as it is found. */
export function changesOf(trace: Trace, { parts }: Subject, stretch: Stretch): Iterable<Recorded> {
  const heads = parts.flatMap((part) => [
    ...headsOf(trace, part, stretch, ["changes"]),
    ...(part.family === "register" ? [firstReads(trace, part, stretch)] : []),
  ]);
  return merged(heads, stretch.backwards === true);
}

/** The events that changed a subject or observed it; observations are found by reading, a second for ten million events. */
export function accessesOf(trace: Trace, { parts }: Subject, stretch: Stretch): Iterable<Recorded> {
  const heads = parts.flatMap((part) => headsOf(trace, part, stretch, anyEffect));
  return merged(heads, stretch.backwards === true);
}

/** Whether an event is of a kind that changes subjects such as this. */
export const isChange = ({ parts }: Subject, { event }: Recorded): boolean =>
  parts.some(({ family }) =>
    family === "attribute"
      ? event.kind === "attribute.changed"
      : changing.get(family)!.includes(event.kind),
  );

/** Where the events of a part come from, each source in the order asked for. */
function headsOf(
  trace: Trace,
  part: SubjectRange,
  stretch: Stretch,
  effects: readonly Effect[],
): Iterable<Recorded>[] {
  const { family } = part;
  if (family === "attribute") return attributes(trace, part, stretch);
  const kinds = kindsOf(family, ...effects);
  // A real machine's devices have address spaces of their own, and its buffers begin anywhere.
  if (part.bus !== undefined && trace.about.source === "imported")
    return [touching(trace.search({ ...stretch, kinds, bus: part.bus }), part.bus)];
  const search = (wanted: Partial<Search>) => trace.search({ ...stretch, kinds, ...wanted });
  const matches = (wanted: Partial<Search>) => covering(search(wanted), part);
  if (!areIndexed(kinds)) {
    const [first, last] = [codeOf(family, part.first), codeOf(family, part.last)];
    return [matches(first === last ? { subject: first } : { subjects: { first, last } })];
  }
  if (!trace.indexed || part.last - part.first >= LOOKUPS) return [matches({})];
  const first = part.first - (family === "register" ? REGISTER_REACH : 0);
  // What is found by its own number needs no second look.
  const lookedUp = (number: number) =>
    (number < part.first ? matches : search)({ subject: codeOf(family, number) });
  const heads = [];
  for (let number = Math.max(0, first); number <= part.last; number++) heads.push(lookedUp(number));
  const reach = reachOf(part);
  if (reach === 0 || part.first === 0) return heads;
  const low = codeOf(family, Math.max(0, part.first - reach));
  const before = { first: low, last: codeOf(family, part.first - 1) };
  return [...heads, matches({ subjects: before, wide: PAGED.includes(family) })];
}

/** How far before a subject another can begin that an event is about with it; 0 where each is alone. */
function reachOf({ family, bus }: SubjectRange): number {
  if (family === "dma" && bus !== undefined) return REACH * PAGE_SIZE;
  return PAGED.includes(family) ? REACH : 0;
}

/** A page's attributes change together with those of its neighbours. */
function attributes(trace: Trace, part: SubjectRange, stretch: Stretch): Iterable<Recorded>[] {
  const matches = (wanted: Partial<Search>) =>
    covering(trace.search({ ...stretch, kinds: ["attribute.changed"], ...wanted }), part);
  const [low, high] = [part.first * PAGE_SIZE, (part.last + 1) * PAGE_SIZE - 1];
  const before = { first: Math.max(0, low - REACH * PAGE_SIZE), last: low - 1 };
  return [matches({ phys: { first: low, last: high } }), matches({ phys: before, wide: true })];
}

/** The first event of a register, where it is a read: what the read showed is known from there on. */
function* firstReads(trace: Trace, part: SubjectRange, stretch: Stretch): Generator<Recorded> {
  const heads = headsOf(trace, part, { from: 1, to: stretch.to }, ["changes", "reveals"]);
  for (const first of merged(heads, false)) {
    if (first.event.kind === "register.read" && first.seq >= stretch.from) yield first;
    return;
  }
}

// A range's numbers are plain.
const codeOf = (family: FamilyName, number: number): number =>
  number * SUBJECT_FAMILIES + families.indexOf(family);

/** Those events that are about a part of a range of the bus. */
function* touching(events: Iterable<Recorded>, { first, last }: BusRange): Generator<Recorded> {
  for (const recorded of events) {
    const { bus: number, size } = recorded.event as {
      readonly bus?: unknown;
      readonly size?: number | null;
    };
    if (number == null) continue;
    const from = bus(number as number | bigint);
    if (from <= last && offset(from, Math.max(size ?? 0, 1) - 1) >= first) yield recorded;
  }
}

/** Those events whose subjects are some of the part's. */
function* covering(events: Iterable<Recorded>, part: SubjectRange): Generator<Recorded> {
  for (const recorded of events) {
    const [first, last] = extentOf(recorded.event, part.family);
    if (first <= part.last && last >= part.first) yield recorded;
  }
}

/** The numbers, in this family, of the first and the last subject that an event is about. */
function extentOf(event: Event, family: SubjectRange["family"]): readonly [number, number] {
  if (family === "attribute") {
    if (event.kind !== "attribute.changed") return NONE;
    const first = raw(pfnOf(event.phys)); // a range of subjects has plain numbers
    return [first, first + pagesOf(event.size) - 1];
  }
  const field = namers.get(family)!.get(event.kind);
  const values = event as unknown as { readonly [field: string]: number | null | undefined };
  const first = field === undefined ? null : values[field];
  if (first == null) return NONE;
  const size = values.size ?? 0;
  if (family === "register") return [first, first + Math.max(size, 1) - 1];
  if (family === "dma") return [first, first + Math.max(size, 1) - 1];
  return [first, PAGED.includes(family) ? first + Math.max(pagesOf(size), 1) - 1 : first];
}
const NONE = [1, 0] as const;

/** Ordered sources as one, each event once. Most subjects have one source, which is passed on as it is. */
const merged = (sources: readonly Iterable<Recorded>[], backwards: boolean): Iterable<Recorded> =>
  sources.length === 1 ? sources[0]! : merging(sources, backwards);

function* merging(sources: readonly Iterable<Recorded>[], backwards: boolean): Generator<Recorded> {
  const waiting = sources.map((source) => {
    const head = source[Symbol.iterator]();
    return { head, next: head.next() };
  });
  let last = 0;
  for (;;) {
    let best: (typeof waiting)[number] | undefined;
    for (const one of waiting) {
      if (one.next.done) continue;
      const { seq } = one.next.value;
      if (best === undefined || seq < best.next.value.seq !== backwards) best = one;
    }
    if (best === undefined) return;
    const recorded = best.next.value as Recorded;
    best.next = best.head.next();
    if (recorded.seq !== last) yield recorded;
    last = recorded.seq;
  }
}
