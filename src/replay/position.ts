// position.ts - moments as people write them: #437, 63%, end, op:14, mark:name.

import { UserError, unknownName } from "../fault.ts";
import type { Trace } from "./trace.ts";

/** What a position can be, for messages and help. */
export const positions = "#437, 63%, end, op:14 or mark:name";

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
  const [, mark] = /^mark:(.+)$/.exec(position) ?? [];
  if (mark !== undefined) return markOf(trace, mark);
  if (op === undefined) throw new UserError(`'${position}' is no position; write ${positions}`);
  const row = trace.op(Number(op));
  if (row !== undefined) return row.first;
  const last = trace.lastOp < 0 ? "it has none at all" : `its last one is op:${trace.lastOp}`;
  throw new UserError(`the trace has no op ${op}; ${last}`);
}

function markOf(trace: Trace, name: string): number {
  const marks = trace.marks();
  const mark = marks.find((one) => one.name === name);
  if (mark !== undefined) return mark.moment;
  const names = marks.flatMap((mark) => mark.name ?? []);
  if (names.length === 0)
    throw new UserError(
      "the trace has no mark with a name; make one: gartrace mark TRACE POSITION TEXT --name NAME",
    );
  throw unknownName("mark", name, names);
}

function within(trace: Trace, moment: number, position: string): number {
  if (moment > trace.count) {
    const last =
      trace.count === 0 ? "the trace has no events" : `the last event is #${trace.count}`;
    throw new UserError(`${position} is past the end; ${last}`);
  }
  return Math.round(moment);
}
