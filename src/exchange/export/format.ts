// format.ts - what a format that traces are exported to is: a name, and the pieces of a file.

import type { TraceReader } from "../../store/read.ts";

export interface ExportFormat {
  readonly name: string;
  /** How many traces a file of it can hold. */
  readonly traces: number;
  /** Whether it is bytes, which a terminal should not get. */
  readonly binary: boolean;
  /** The file piece by piece: memory stays flat however long a trace is. */
  readonly pieces: (traces: readonly TraceReader[]) => Iterable<string | Uint8Array>;
}
