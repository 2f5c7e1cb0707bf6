// cuts.ts - where a request's memory is one range of the bus in one trace and two in the other, and why.
//
// Two pages that follow each other for the kernel make one segment where their frames follow each other as well;
// under Xen they may not, and the block layer keeps them apart (xen_biovec_phys_mergeable, linux
// drivers/xen/biomerge.c; BIOVEC_PHYS_MERGEABLE in 2005).

import { NONE } from "./event-queue.ts";
import type { Segment } from "./segments.ts";

export const reasons = ["frames", "pages", "other"] as const;
/** Frames do not follow each other though pages do; pages do not follow each other; both do, or nobody knows. */
export type Reason = (typeof reasons)[number];
export type ByReason = { readonly [R in Reason]: number };

/** Borders inside requests that one trace cuts and the other joins, by the trace that cuts. */
export interface CutsCounted {
  readonly cuts: { readonly a: ByReason; readonly b: ByReason };
}

/** Two partners. */
type Pair = readonly [a: Segment, b: Segment];

const none = () => ({ frames: 0, pages: 0, other: 0 });

export class Cuts {
  readonly #a = none();
  readonly #b = none();

  /** Takes two pairs that hold neighbouring bytes of the disk. */
  see([beforeA, beforeB]: Pair, [a, b]: Pair): void {
    if (isJoined(beforeA, a) && isCut(beforeB, b)) this.#b[reasonOf(beforeB, b)]++;
    else if (isCut(beforeA, a) && isJoined(beforeB, b)) this.#a[reasonOf(beforeA, a)]++;
  }

  get counted(): CutsCounted {
    return { cuts: { a: this.#a, b: this.#b } };
  }
}

/** Pieces of one segment have its event in common. */
const isJoined = (before: Segment, after: Segment): boolean => before.mark.seq === after.mark.seq;
const isCut = (before: Segment, after: Segment): boolean =>
  !isJoined(before, after) && before.request === after.request;

function reasonOf(before: Segment, after: Segment): Reason {
  const follows = (one: number, other: number) =>
    one === NONE || other === NONE ? null : one + (before.to - before.from) === other;
  const [pages, frames] = [
    follows(before.phys, after.phys),
    follows(before.machine, after.machine),
  ];
  if (pages === false) return "pages";
  return pages === true && frames === false ? "frames" : "other";
}
