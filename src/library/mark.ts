// mark.ts - words put to a moment of a trace.

import type { Mark } from "../event/trace.ts";
import { UserError } from "../fault.ts";
import { addMark } from "../store/update.ts";
import type { Steering } from "./steering.ts";
import { openTrace, type Position } from "./trace.ts";

/**
 * Marks a moment of a trace, by a name (`mark:NAME` is a position then), by words, or both. A `UserError` where the
 * name is taken or is none, or where the file cannot be written.
 */
export async function mark(
  path: string,
  at: Position,
  {
    name = null,
    text = "",
    onProgress,
  }: {
    /** By which it is a position: letters, digits, `.`, `_` and `-`. */
    readonly name?: string | null;
    /** Words for people. */
    readonly text?: string;
    /** Called while a trace of an older format gets a new index. */
    readonly onProgress?: Steering["onProgress"];
  },
): Promise<Mark> {
  if (name !== null && !/^[\w.-]+$/.test(name))
    throw new UserError(`'${name}' is no name for a mark; use letters, digits, '.', '_' and '-'`);
  const trace = openTrace(path);
  let moment: number;
  try {
    moment = trace.moment(at);
  } finally {
    trace.close();
  }
  const made = { moment, name, text };
  await addMark(path, made, (done, total) => onProgress?.({ done, total, events: done }));
  return made;
}
