// run-again.ts - runs a simulated trace's workload again: are its events those that the trace holds?

import { toLine } from "../event/line.ts";
import { encodeRow, FunctionNames, ROW_WIDTH, type Row, textsOf } from "../event/row.ts";
import type { About } from "../event/trace.ts";
import { actors, kindNames, type Recorded } from "../event/vocabulary.ts";
import { record } from "../recorder/record.ts";
import { Digest } from "../store/digest.ts";
import type { TraceReader } from "../store/read.ts";
import { setupAgain } from "./recording.ts";

/** Whether the trace says how it came about. */
export const canRunAgain = ({ about, torn }: Pick<TraceReader, "about" | "torn">): boolean =>
  !torn && about.source === "simulated" && about.operations !== null;

/** Ends a run from within. */
class Enough extends Error {}

/** Runs until `take` wants no more; whatever a workload of the file asks for, its events end with those of the trace. */
function run(about: About, take: (recorded: Recorded) => boolean): void {
  try {
    const again = record(setupAgain(about), {
      take: (seq, op, event) => {
        if (!take({ seq, op, event })) throw new Enough();
      },
    });
    for (const _ of again);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
}

/** The digest of the events that the workload gives today, of at most one more than the trace has. */
export function digestAgain({ about, count }: TraceReader): string {
  const digest = new Digest();
  const places = new FunctionNames();
  const row: Row = Array(ROW_WIDTH).fill(null);
  run(about, ({ seq, op, event }) => {
    digest.row(row, 0, encodeRow(row, 0, seq, op, event, places));
    digest.texts(seq, textsOf(event));
    return seq <= count;
  });
  return digest.end({ kinds: kindNames, actors, places: places.names });
}

/** The number of the first event that comes out otherwise; null where all are the same. */
export function firstOtherwise(trace: TraceReader): number | null {
  const { virtBase } = trace.about;
  const recorded = trace.events()[Symbol.iterator]();
  let different: number | null = null;
  run(trace.about, (again) => {
    const was = recorded.next();
    if (was.done || toLine(was.value, virtBase) !== toLine(again, virtBase)) different = again.seq;
    return different === null;
  });
  if (different !== null) return different;
  const further = recorded.next();
  return further.done ? null : further.value.seq;
}
