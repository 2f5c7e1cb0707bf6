// diff.ts - compares two traces of one workload, op by op.

import { type Answer, answerOf, type Comparison, type Divergence } from "../diff/comparison.ts";
import { comparing } from "../diff/diff.ts";
import { isOf, type Rules } from "../diff/scope.ts";
import { type Steering, Turns } from "./steering.ts";
import { readerOf, type Trace } from "./trace.ts";

/** What of two traces is compared, and how. */
export interface DiffOptions extends Steering, Partial<Rules> {
  /** Called with every divergence, in order; without it, only the first is looked at closely. */
  readonly onDivergence?: ((divergence: Divergence) => void) | undefined;
}

/** What comparing two traces came to. */
export interface DiffAnswer {
  /** `undecided`: no difference as far as a torn trace or one with lost records goes, or nothing to compare. */
  readonly answer: Answer;
  /** What that rests on. */
  readonly comparison: Comparison;
}

/**
 * Compares two traces. Alike means alike after translation: the same page, whatever its frame. A torn trace is compared
 * up to the tear. A `UserError` says why two cannot be compared, such as traces of different workloads.
 */
export async function diff(a: Trace, b: Trace, options: DiffOptions = {}): Promise<DiffAnswer> {
  const { signal, onProgress, onDivergence, ...rules } = options;
  const [inA, inB] = [readerOf(a), readerOf(b)];
  for (const reader of [inA, inB]) reader.forgetPages();
  const total = inA.lastOp + 1;
  const turns = new Turns({ signal, onProgress });
  const steps = comparing(inA, inB, rules, onDivergence);
  let step = steps.next();
  while (!step.done) {
    const done = step.value + 1;
    if (turns.isDue)
      await turns.take({ done, total, events: inA.op(step.value)?.last ?? inA.count });
    step = steps.next();
  }
  return { answer: answerOf(step.value), comparison: step.value };
}

export type { Divergence, Rules };
/** Whether a kind is of that name or family, as the rules `only` and `ignore` take them. */
export { isOf };
