// facts.ts - how the results of two ops compare: what the driver returned and what a recording observed.

import type { Facts } from "../event/field.ts";
import { FRAME_DEPENDENT_FACTS } from "../fingerprint/match-key.ts";
import type { Cursor } from "./cursor.ts";
import type { OpSpan } from "./pairing.ts";

/** A fact of an op as both traces have it; null in one that does not say it. */
export interface FactPair {
  /** Its name: ret, errno, an argument's. */
  readonly fact: string;
  /** In the first trace. */
  readonly a: unknown;
  /** In the second one. */
  readonly b: unknown;
}

/** The facts that differ. A fact that only one result states is computed from the other trace's state, where that is possible. */
export function differingFacts(
  exact: boolean,
  a: OpSpan,
  cursorA: Cursor,
  b: OpSpan,
  cursorB: Cursor,
): FactPair[] {
  if (a.result === null || b.result === null)
    return a.result === b.result
      ? []
      : [{ fact: "ended", a: a.result !== null, b: b.result !== null }];
  const facts = new Set([...Object.keys(a.result), ...Object.keys(b.result)]);
  return [...facts]
    .filter((fact) => exact || !FRAME_DEPENDENT_FACTS.has(fact))
    .map((fact) => ({ fact, a: stated(fact, a, cursorA), b: stated(fact, b, cursorB) }))
    .filter((pair) => JSON.stringify(pair.a) !== JSON.stringify(pair.b));
}

const stated = (fact: string, op: OpSpan, cursor: Cursor): unknown =>
  (op.result as Facts)[fact] ?? (fact in (op.result as Facts) ? null : cursor.observed(fact));
