// about.ts - what a trace file says of itself, without what grows with the run.

import type { Database } from "better-sqlite3";
import type { About } from "../event/trace.ts";
import type { TraceRow } from "./schema.ts";

interface Told {
  readonly about: About;
  /** The version of gartrace that wrote it. */
  readonly version: string;
  readonly digest: string | null;
  readonly finished: boolean;
}

type Stored = { [C in keyof TraceRow]: TraceRow[C] extends number ? bigint : TraceRow[C] };

/** Reads the one row of `trace`; the workload's operations are read when somebody asks for them. */
export function aboutOf(database: Database): Told {
  const names = database.prepare("SELECT name FROM pragma_table_info('trace')").pluck().all();
  const columns = names.filter((name) => name !== "operations").join(", ");
  const trace = database.prepare(`SELECT ${columns} FROM trace`).safeIntegers().get() as Stored;
  const about: About = {
    platform: trace.platform,
    hooks: trace.hooks,
    chipset: trace.chipset,
    workload: trace.workload,
    get operations() {
      return database.prepare("SELECT operations FROM trace").pluck().get() as string | null;
    },
    seed: Number(trace.seed),
    options: JSON.parse(trace.options),
    virtBase: BigInt.asUintN(64, trace.virt_base),
    physIsMachine: trace.phys_is_machine === 1n,
    source: trace.source,
    origin: trace.origin,
    ...parentOf(trace),
  };
  const { gartrace: version, digest, finished } = trace;
  return { about, version, digest, finished: finished === 1n };
}

/** Only a fork has one, and formats before the second know none. */
function parentOf({ parent, parent_seq: seq }: Stored): Pick<About, "parent"> {
  return parent == null ? {} : { parent: { trace: parent, moment: Number(seq) } };
}
