// vocabulary.ts - all kinds of events in one list; the union type is derived from it.
//
// To add a kind: declare it in its family, say in machine/ (same noun) how it changes the state.

import { wholeVirt } from "./address-text.ts";
import { block } from "./block.ts";
import { cache } from "./cache.ts";
import { device } from "./device.ts";
import { fault } from "./fault.ts";
import { type FieldValues, subjectCode } from "./field.ts";
import { gart } from "./gart.ts";
import { hook } from "./hook.ts";
import { iommu } from "./iommu.ts";
import type { Effect, Kind } from "./kind.ts";
import { memory } from "./memory.ts";
import { op } from "./op.ts";
import { p2m } from "./p2m.ts";
import { paging } from "./paging.ts";
import { register } from "./register.ts";

// The order gives the codes of a new trace; a trace carries its own list, so order may change.
export const vocabulary = {
  ...op,
  ...memory,
  ...p2m,
  ...iommu,
  ...hook,
  ...gart,
  ...register,
  ...cache,
  ...device,
  ...block,
  ...fault,
  ...paging,
};

/** What every kind of event says, beside what all of them have: its own fields, each where it is known or always. */
export type Kinds = {
  readonly [K in keyof typeof vocabulary]: FieldValues<(typeof vocabulary)[K]["fields"]>;
};
/** The kinds of events, `noun.past-participle`. */
export type KindName = keyof Kinds;
/** The kinds that do this to the state. */
export type KindThat<E extends Effect> = {
  [K in KindName]: (typeof vocabulary)[K]["effect"] extends E ? K : never;
}[KindName];
/** All kinds, in the order of their codes. */
export const kindNames = Object.keys(vocabulary) as KindName[];
/** The code of each kind in a row that this program writes. */
export const kindCode = Object.fromEntries(kindNames.map((name, code) => [name, code])) as {
  readonly [K in KindName]: number;
};

/** A map's look-up is some 10 ns, that of an object with so many names five times as much. */
const codes = new Map<string, number>(Object.entries(kindCode));
// Whoever an event passes asks for it, and to read a field that so many shapes have costs 7 ns. Events of one kind come together.
let lastEvent: Event | null = null;
let [lastKind, lastCode] = [kindNames[0]!, 0];

/** The code of an event's kind; an object is one event for good. Hot: five times an event (bench: record). */
export function kindCodeOf(event: Event): number {
  if (event === lastEvent) return lastCode;
  const { kind } = event;
  if (kind !== lastKind) {
    lastCode = codes.get(kind)!;
    lastKind = kind;
  }
  lastEvent = event;
  return lastCode;
}

/**
 * Who did it: agpgart, the rest of the kernel, the hypervisor, the client's CPU code, the chipset, an AGP
 * card, any other device. */
export const actors = [
  "workload",
  "driver",
  "kernel",
  "hypervisor",
  "cpu",
  "chipset",
  "card",
  "device",
] as const;
/** Who did it. */
export type Actor = (typeof actors)[number];

/** What every event has beside the fields of its kind. */
export interface Common {
  /** Who did it. */
  readonly actor: Actor;
  /** The driver or kernel function it happened in. */
  readonly place?: string | null;
  /** The seq of the event its address came from, which is before it. */
  readonly cause?: number | null;
  /** Nanoseconds, a whole number, for traces that have time. */
  readonly at?: number | null;
}

/** The event of one kind. */
export type Of<K extends KindName> = {
  /** What happened. */
  readonly kind: K;
} & Common &
  Kinds[K];
/** One fact of a run, by its kind; addresses are numbers of their space. */
export type Event = { [K in KindName]: Of<K> }[KindName];
/** An event with its position in a trace: seq from 1 without gaps, op -1 outside any op. */
export interface Recorded {
  /** Its number. */
  readonly seq: number;
  /** The number of its op. */
  readonly op: number;
  /** What happened. */
  readonly event: Event;
}

/** The declaration of an event's kind, its type forgotten. */
export const declarationOf = (name: KindName): Kind => vocabulary[name] as unknown as Kind;

/** The code of an event's subject; null where it has none. */
export function subjectOf(event: Event): number | null {
  for (const [name, { family }] of Object.entries(declarationOf(event.kind).fields)) {
    const number = (event as unknown as { [name: string]: number | null | undefined })[name];
    if (family !== null && number != null) return subjectCode(family, number);
  }
  return null;
}

/** The kinds whose declaration has some traits, in the order of the vocabulary. */
export const kindsWhere = (has: (kind: Kind) => boolean): readonly KindName[] =>
  kindNames.filter((name) => has(declarationOf(name)));

/** A device's accesses: kinds of what a device does with a number on its bus. */
export const accesses = kindsWhere(({ doneBy, fields }) => doneBy === "device" && "bus" in fields);

/** One line for people: what happened, in a trace with this virt base. */
export function eventText(event: Event, virtBase: bigint): string {
  const virt = "virt" in event ? event.virt : null;
  const wholeEvent = virt == null ? event : { ...event, virt: wholeVirt(virt, virtBase) };
  return declarationOf(event.kind).text(wholeEvent as never);
}
