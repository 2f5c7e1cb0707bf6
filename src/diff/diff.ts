// diff.ts - two traces, op by op: what is the same, what parts, and what parts first.

import type { Facts } from "../event/field.ts";
import { isWrong } from "../event/verdict.ts";
import { UserError } from "../fault.ts";
import { causesOf } from "../replay/causes.ts";
import type { Trace } from "../replay/trace.ts";
import { align } from "./align.ts";
import { differing, judge, keyOf, type PairClass, takesPart } from "./compare.ts";
import { differingFacts, type FactPair } from "./facts.ts";
import { type OpSeen, type Seen, Side } from "./side.ts";

/** The op of the workload that a divergence belongs to. */
export interface OpName {
  readonly op: number;
  readonly name: string;
  readonly arguments: Facts;
}

/** One place where two traces part: a pair, an event alone, or the results of an op. */
export interface Divergence {
  readonly class: PairClass;
  readonly op: OpName;
  readonly a: Seen | null;
  readonly b: Seen | null;
  /** The fields or facts that differ. */
  readonly fields: readonly string[];
  readonly facts: readonly FactPair[];
}

export interface Comparison {
  readonly exact: boolean;
  readonly counts: { readonly [C in PairClass]: number };
  /** Events that only one side's platform makes, or that one side could not record. */
  readonly apart: { readonly a: number; readonly b: number };
  readonly ops: number;
  readonly first: Divergence | null;
  /** The first one in which a device's access parts. */
  readonly firstDevice: Divergence | null;
  /** How many divergences came from which hook call, most first. */
  readonly roots: readonly {
    readonly root: string;
    readonly side: "a" | "b";
    readonly count: number;
  }[];
}

/** Compares; `each` hears of every divergence in order. */
export function compare(
  a: Trace,
  b: Trace,
  exact: boolean,
  each?: (divergence: Divergence) => void,
): Comparison {
  if (a.about.workload !== b.about.workload)
    throw new UserError(
      `the traces hold different workloads (${a.about.workload} and ${b.about.workload}); record the same one twice`,
    );
  return new Comparing(a, b, exact, each).run();
}

class Comparing {
  readonly #a: Side;
  readonly #b: Side;
  readonly #exact: boolean;
  readonly #each: ((divergence: Divergence) => void) | undefined;
  readonly #counts: { [C in PairClass]: number } = {
    same: 0,
    "same after translation": 0,
    "wrong-space": 0,
    "wrong-frame": 0,
    missing: 0,
    extra: 0,
    reordered: 0,
  };
  readonly #apart = { a: 0, b: 0 };
  #first: Divergence | null = null;
  #firstDevice: Divergence | null = null;
  readonly #roots = { a: new Map<string, number>(), b: new Map<string, number>() };
  #ops = 0;

  constructor(a: Trace, b: Trace, exact: boolean, each?: (divergence: Divergence) => void) {
    this.#a = new Side(a);
    this.#b = new Side(b);
    this.#exact = exact;
    this.#each = each;
  }

  run(): Comparison {
    for (;;) {
      const a = this.#a.nextOp();
      const b = this.#b.nextOp();
      if (this.#isPastTear(a, b) || (a === null && b === null)) break;
      this.#ops++;
      if (a === null || b === null) this.#alone(a, b);
      else this.#op(a, b);
    }
    const roots = (["a", "b"] as const)
      .flatMap((side) => [...this.#roots[side]].map(([root, count]) => ({ root, side, count })))
      .sort((one, two) => two.count - one.count);
    return {
      exact: this.#exact,
      counts: this.#counts,
      apart: this.#apart,
      ops: this.#ops,
      first: this.#first,
      firstDevice: this.#firstDevice,
      roots,
    };
  }

  /** Whether a torn trace has come to its end: what the other one holds beyond is unknown here. */
  #isPastTear(a: OpSeen | null, b: OpSeen | null): boolean {
    return (a === null && this.#a.trace.torn) || (b === null && this.#b.trace.torn);
  }

  #op(a: OpSeen, b: OpSeen): void {
    const asked = JSON.stringify([a.name, a.arguments]) === JSON.stringify([b.name, b.arguments]);
    if (!asked) {
      const facts = [{ fact: "operation", a: spoken(a), b: spoken(b) }];
      this.#note({ class: "missing", op: a, a: null, b: null, fields: ["operation"], facts });
    }
    const seenA = this.#part(a.events, "a");
    const seenB = this.#part(b.events, "b");
    const pairs = align(seenA.map(keyOf), seenB.map(keyOf));
    // An op that a tear cuts off is compared up to its last event; what follows is unknown, not missing.
    const cutA = a.result === null && this.#a.trace.torn;
    const cutB = b.result === null && this.#b.trace.torn;
    if (cutA) pairs.length = pairs.findLastIndex((pair) => pair.a >= 0) + 1;
    if (cutB) pairs.length = pairs.findLastIndex((pair) => pair.b >= 0) + 1;
    for (const pair of withReordered(pairs, seenA, seenB)) {
      const one = seenA[pair.a] ?? null;
      const two = seenB[pair.b] ?? null;
      this.#pair(a, one, two, pair.moved);
    }
    if (cutA || cutB) return;
    const facts = differingFacts(this.#exact, a, this.#a, b, this.#b);
    if (facts.length > 0)
      this.#note({
        class: "missing",
        op: a,
        a: null,
        b: null,
        fields: facts.map(({ fact }) => fact),
        facts,
      });
    else this.#counts.same++;
  }

  #pair(op: OpSeen, a: Seen | null, b: Seen | null, moved: boolean): void {
    if (a === null || b === null) {
      this.#note({ class: a === null ? "extra" : "missing", op, a, b, fields: [], facts: [] });
      return;
    }
    const strict =
      this.#a.trace.about.source === "simulated" && this.#b.trace.about.source === "simulated";
    const fields = differing(a.recorded.event, b.recorded.event, strict);
    const judged = judge(a, b);
    const pairClass: PairClass = moved ? "reordered" : judged;
    const alike = judged === "same" || judged === "same after translation";
    // Under exact another number is a difference even where it leads to the same page.
    if (alike && !moved && !(this.#exact && fields.length > 0)) this.#counts[pairClass]++;
    else this.#note({ class: pairClass, op, a, b, fields, facts: [] });
  }

  /** An op that only one side has. */
  #alone(a: OpSeen | null, b: OpSeen | null): void {
    const op = (a ?? b)!;
    const facts = [{ fact: "operation", a: a && spoken(a), b: b && spoken(b) }];
    this.#note({
      class: a === null ? "extra" : "missing",
      op,
      a: null,
      b: null,
      fields: ["operation"],
      facts,
    });
  }

  #part(events: readonly Seen[], side: "a" | "b"): Seen[] {
    const [a, b] = [this.#a.trace.about, this.#b.trace.about];
    const part = events.filter(({ recorded }) => takesPart(recorded.event, this.#exact, a, b));
    this.#apart[side] += events.length - part.length;
    return part;
  }

  #note({ op: { op, name, arguments: asked }, ...parts }: Divergence): void {
    const divergence = { op: { op, name, arguments: asked }, ...parts };
    this.#counts[divergence.class]++;
    this.#first ??= divergence;
    if ([divergence.a, divergence.b].some((seen) => seen?.recorded.event.actor === "card"))
      this.#firstDevice ??= divergence;
    this.#countRoot("a", divergence.a);
    this.#countRoot("b", divergence.b);
    this.#each?.(divergence);
  }

  /** A number that leads astray came from some hook call: many divergences, few causes. */
  #countRoot(side: "a" | "b", seen: Seen | null): void {
    if (seen === null || !isWrong(seen.verdict)) return;
    const trace = (side === "a" ? this.#a : this.#b).trace;
    const hook = causesOf(trace, seen.recorded).find(
      ({ event }) => event.kind === "hook.called",
    )?.event;
    if (hook?.kind !== "hook.called") return;
    const root = `${hook.hook} in ${hook.place}`;
    this.#roots[side].set(root, (this.#roots[side].get(root) ?? 0) + 1);
  }
}

const spoken = (op: OpSeen): string => `${op.name} ${JSON.stringify(op.arguments)}`;

/** Whether the traces are alike. */
export const isAlike = ({ first }: Comparison): boolean => first === null;

interface Placed {
  readonly a: number;
  readonly b: number;
  readonly moved: boolean;
}

/** An event missing here that turns up as extra elsewhere in the op is one that was moved. */
function withReordered(
  pairs: readonly { a: number; b: number }[],
  a: readonly Seen[],
  b: readonly Seen[],
): Placed[] {
  const extras = new Map<string, number[]>();
  for (const pair of pairs)
    if (pair.a < 0) {
      const key = keyOf(b[pair.b]!);
      const places = extras.get(key);
      if (places === undefined) extras.set(key, [pair.b]);
      else places.push(pair.b);
    }
  const taken = new Set<number>();
  const placed = pairs.map((pair): Placed => {
    if (pair.b >= 0) return { ...pair, moved: false };
    const partner = extras.get(keyOf(a[pair.a]!))?.shift();
    if (partner === undefined) return { ...pair, moved: false };
    taken.add(partner);
    return { a: pair.a, b: partner, moved: true };
  });
  return placed.filter(({ a, b }) => a >= 0 || !taken.has(b));
}
