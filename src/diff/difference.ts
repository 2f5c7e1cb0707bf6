// difference.ts - an event without a partner, or two partners that differ: marks, cheap enough for millions of them.

import { at } from "../event/field.ts";
import type { PairClass } from "./compare.ts";
import { KEY, LEADS, NONE, OWNER, PAGE } from "./event-queue.ts";

/** Something of each trace. */
export type Two<T> = {
  /** Of the first trace. */
  readonly a: T;
  /** Of the second one. */
  readonly b: T;
};

/** What is kept of an event that parts from its partner. */
export interface Mark {
  readonly seq: number;
  readonly kind: number;
  readonly actor: number;
  readonly place: number;
  /** What `value` stands for: the code of a hook, a flush, a fault. */
  readonly value: number;
  readonly key: number;
  readonly leads: number;
  readonly owner: number;
  readonly page: number;
  /** The event that its address came from; `NONE` without any. */
  readonly cause: number;
}

/** A pair that parts, or an event alone. */
export interface Difference {
  readonly class: PairClass;
  readonly a: Mark | null;
  readonly b: Mark | null;
}

export const markOf = (values: Float64Array, from: number): Mark => ({
  seq: values[from + at.seq]!,
  kind: values[from + at.kind]!,
  actor: values[from + at.actor]!,
  place: values[from + at.place]!,
  value: values[from + at.value]!,
  key: values[from + KEY]!,
  leads: values[from + LEADS]!,
  owner: values[from + OWNER]!,
  page: values[from + PAGE]!,
  cause: values[from + at.cause]!,
});

/** Where a mark's page is named. */
export const hasPage = ({ owner }: Mark): boolean => owner !== NONE;

/** An event that is missing at one position of the op and extra at another one was moved. */
export function withReordered(differences: readonly Difference[]): readonly Difference[] {
  const extras = new Map<number, Difference[]>();
  for (const one of differences)
    if (one.class === "extra") {
      const others = extras.get(one.b!.key);
      if (others === undefined) extras.set(one.b!.key, [one]);
      else others.push(one);
    }
  if (extras.size === 0) return differences;
  for (const others of extras.values()) others.reverse();
  const paired = new Set<Difference>();
  const placed = differences.map((one): Difference => {
    const partner = one.class === "missing" ? extras.get(one.a!.key)?.pop() : undefined;
    if (partner === undefined) return one;
    paired.add(partner);
    return { class: "reordered", a: one.a, b: partner.b };
  });
  return placed.filter((one) => !paired.has(one));
}
