// trouble.ts - an error that ended a question about traces, as the user meets it.

import { DamagedTrace, UserError } from "../fault.ts";
import { readingTrouble } from "./open.ts";
import type { TraceReader } from "./read.ts";

/** Errors that name their file already. */
const withPath = new WeakSet<object>();

/**
 * What no rule at the door refused, and yet breaks an answer, is a bug of ours, unless
 * the trace is not as it was written.
 */
export function troubleBehind(
  paths: readonly string[],
  traces: readonly TraceReader[],
  thrown: unknown,
): unknown {
  if (thrown instanceof DamagedTrace && withPath.has(thrown)) return thrown;
  const error = readingTrouble(paths, thrown);
  if (error instanceof DamagedTrace) return naming(`${paths.join(" or ")} is ${error.message}`);
  const system = (error as NodeJS.ErrnoException).syscall !== undefined;
  if (error instanceof UserError || system || !(error instanceof Error)) return error;
  for (const [i, trace] of traces.entries()) {
    const trouble = firstTrouble(trace);
    if (trouble !== null)
      return naming(`${paths[i]} is damaged or changed: ${trouble} (${error.message})`);
  }
  return error;
}

function naming(message: string): DamagedTrace {
  const error = new DamagedTrace(message);
  withPath.add(error);
  return error;
}

/** What is wrong with a trace that could not be read through; null where nothing is. */
function firstTrouble(trace: TraceReader): string | null {
  try {
    for (const trouble of trace.troubles()) return trouble;
    if (trace.digest !== null && trace.recomputeDigest() !== trace.digest)
      return "its digest does not hold";
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
