// reading.ts - commands that read a trace: open it, say when it is torn, close it.

import { TraceReader } from "../store/read.ts";
import { notice } from "./output.ts";

/** Opens traces, hands them over and closes them whatever happens. */
export async function reading<T>(
  paths: readonly string[],
  use: (traces: readonly TraceReader[]) => Promise<T>,
): Promise<T> {
  const traces: TraceReader[] = [];
  try {
    for (const path of paths) {
      const trace = TraceReader.open(path);
      traces.push(trace);
      if (trace.torn)
        notice(
          `${path} is torn: its recording did not finish; it is read up to event #${trace.count}`,
        );
    }
    return await use(traces);
  } finally {
    for (const trace of traces) trace.close();
  }
}
