// comparison.ts - the result of a comparison of two traces: counts, divergences, and their causes.

import type { Facts } from "../event/field.ts";
import type { KindName } from "../event/vocabulary.ts";
import type { Cause } from "./causes.ts";
import type { PairClass } from "./compare.ts";
import type { JudgedEvent } from "./cursor.ts";
import type { Two } from "./difference.ts";
import type { FactPair } from "./facts.ts";
import type { Range } from "./ranges.ts";
import type { Transferred } from "./transfers.ts";

/** The op of the workload that a divergence belongs to. */
export interface OpName {
  /** Its number in the first trace, or in the one that has it. */
  readonly op: number;
  /** What was asked for. */
  readonly name: string;
  /** With which arguments. */
  readonly arguments: Facts;
}

/** One difference of two traces: a pair, an event alone, or the results of an op. */
export interface Divergence {
  /** How the two stand to each other. */
  readonly class: PairClass;
  /** The op in which they are. */
  readonly op: OpName;
  /** The event of the first trace; null where it has none, and where the results of an op differ. */
  readonly a: JudgedEvent | null;
  /** The same of the second trace. */
  readonly b: JudgedEvent | null;
  /** The fields of the events that differ. */
  readonly fields: readonly string[];
  /** The facts of an op's arguments or result that differ. */
  readonly facts: readonly FactPair[];
}

/** A range that is one run of machine frames in one trace and several in the other. */
export interface Scattered {
  /** The number of the op in which it is made. */
  readonly op: number;
  /** A table, or a block that is bound. */
  readonly what: Range["what"];
  /** The first entry of a block; 0 for a table. */
  readonly from: number;
  /** How many pages it has. */
  readonly pages: number;
  /** Runs of machine frames that follow each other. */
  readonly runs: { readonly a: number; readonly b: number };
}

/** Events that are not compared, by kind and, for some kinds, which. */
export interface Apart {
  /** The kind. */
  readonly kind: KindName;
  /** The hook or the hypercall; of a fault that is told at the access that it blocks `blocked`; of any other kind null. */
  readonly which: string | null;
  /** How many. */
  readonly count: number;
}

/** One of the two traces as a whole, as far as the answer rests on it. */
export interface Extent {
  /** Events. */
  readonly count: number;
  /** Whether its recording did not finish. */
  readonly torn: boolean;
  /** Records that its source says it could not keep. */
  readonly lost: number;
  /** A hash of its events; null where none is kept. */
  readonly digest: string | null;
}

/** All that a comparison of two traces found. */
export interface Comparison {
  /** Whether every number had to be the same; else the same page was enough. */
  readonly exact: boolean;
  /** How far each trace goes. */
  readonly extents: Two<Extent>;
  /** Pairs, and events alone, by class. */
  readonly counts: { readonly [C in PairClass]: number };
  /** Events that only one platform makes, or that one recorder could not see. */
  readonly apart: Two<number>;
  /** The same, by kind. */
  readonly apartBy: Two<readonly Apart[]>;
  /** Pairs of ops that were compared. */
  readonly ops: number;
  /** Ops that agree by signature, and the events of both traces that were not read. */
  readonly unread: { readonly ops: number; readonly events: number };
  /** Pairs of which one trace does not say where a number leads. */
  readonly unknown: number;
  /** What has no partner in the other trace, in events; whole ops without one are not counted. */
  readonly unmatched: Two<number>;
  /** Ops paired by name and position although their arguments differ, and those that stand alone, which are not read. */
  readonly opsByPosition: number;
  /** Ops that stand alone. */
  readonly opsAlone: number;
  /** Whether partners may lie further away than the comparison looked. */
  readonly isGuess: boolean;
  /** In the order of the first trace; null where the two do not part. */
  readonly first: Divergence | null;
  /** The first divergence at a device's access. */
  readonly firstDevice: Divergence | null;
  /** The causes of the divergences, the most frequent first. */
  readonly causes: readonly Cause[];
  /** What lies in one piece in one trace and in several in the other. */
  readonly scattered: readonly Scattered[];
  /** Where both are recordings of kernels: counts of their requests. */
  readonly transferred: Transferred | null;
}

/** What a comparison comes to. */
export type Answer = "alike" | "different" | "undecided";

/** Traces without a difference are alike only as far as they go, and where something could be compared. */
export function answerOf(comparison: Comparison): Answer {
  const { first, extents } = comparison;
  if (first !== null) return "different";
  const isWhole = [extents.a, extents.b].every(({ torn, lost }) => !torn && lost === 0);
  return isWhole && hasCompared(comparison) ? "alike" : "undecided";
}

/** Whether anything of the two was compared, or their events are known to be the same. */
export const hasCompared = ({ counts, unread, extents: { a, b } }: Comparison): boolean =>
  counts.same + counts["same after translation"] + unread.ops > 0 ||
  (a.count > 0 && a.digest !== null && a.digest === b.digest);
