// position.ts - moments as people write them: #437, 63%, end, op:14.

import { UserError } from "../fault.ts";
import type { Trace } from "./trace.ts";

/**
 * The moment that a position names: after so many events. `op:14` is the moment at which op 14 has begun.
 * Throws a UserError for a position that the trace does not have.
 */
export function momentOf(trace: Trace, position: string): number {
  if (position === "end") return trace.count;
  const [, number] = /^#?(\d+)$/.exec(position) ?? [];
  if (number !== undefined) return within(trace, Number(number), position);
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(position) ?? [];
  if (percent !== undefined) return within(trace, (trace.count * Number(percent)) / 100, position);
  const [, op] = /^op:(\d+)$/.exec(position) ?? [];
  if (op === undefined)
    throw new UserError(`'${position}' is no position; write #437, 63%, end or op:14`);
  let last = -1;
  for (const row of trace.ops()) {
    if (row.op === Number(op)) return row.first;
    last = row.op;
  }
  throw new UserError(`the trace has no op ${op}; its last one is op:${last}`);
}

function within(trace: Trace, moment: number, position: string): number {
  if (moment > trace.count)
    throw new UserError(`${position} is past the end; the last event is #${trace.count}`);
  return Math.round(moment);
}
