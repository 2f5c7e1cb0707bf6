// about.ts - what a trace file says of itself: the one row of `trace`, checked.

import type { Database } from "better-sqlite3";
import { z } from "zod";
import { learnNames } from "../event/device-name.ts";
import { parseFacts } from "../event/json.ts";
import type { About } from "../event/trace.ts";
import { damaged } from "../fault.ts";
import { build, columnsOf, prepareValue } from "./schema.ts";

export interface TraceFacts {
  readonly about: About;
  /** The version of gartrace that wrote it. */
  readonly version: string;
  /** These two are null where it is torn. */
  readonly digest: string | null;
  readonly events: number | null;
  readonly finished: boolean;
  /** Events that have their postings; null where there is no index. */
  readonly indexed: number | null;
}

const whole = z.bigint().transform(Number).pipe(z.number().int().refine(Number.isSafeInteger));
const row = z.object({
  platform: z.string(),
  hooks: z.string(),
  chipset: z.string(),
  workload: z.string(),
  seed: whole,
  options: z.string(),
  virt_base: z.bigint(),
  phys_is_machine: whole.pipe(z.number().min(0).max(1)),
  source: z.enum(["simulated", "imported"]),
  origin: z.string().nullable(),
  gartrace: z.string(),
  digest: z.string().nullable(),
  events: whole.nullable(),
  finished: whole.pipe(z.number().min(0).max(1)),
  // Formats before the second know no forks.
  parent: z.string().nullable().optional(),
  parent_seq: whole.nullable().optional(),
  // Formats before the ninth have other indexes, which are not used any more.
  indexed: whole.nullable().optional(),
});
const options = z.record(z.string(), z.union([z.boolean(), z.number(), z.string()]));

/** Reads the one row of `trace`; the workload's operations are read when somebody asks for them. */
export function aboutOf(database: Database): TraceFacts {
  const columns = columnsOf(database, "trace").filter((name) => name !== "operations");
  const stored = database
    .prepare<[], unknown>(`SELECT ${columns.join(", ")} FROM trace`)
    .safeIntegers()
    .get();
  if (stored === undefined) throw damaged("table trace", "its row is missing");
  const trace = checked("", row, stored);
  const settings = checked("options", options, factsIn(trace.options));
  learnNames(settings.devices);
  const about: About = {
    platform: trace.platform,
    hooks: trace.hooks,
    chipset: trace.chipset,
    workload: trace.workload,
    get operations() {
      return prepareValue(database, build.selectFrom("trace").select("operations")).get() ?? null;
    },
    seed: trace.seed,
    options: settings,
    virtBase: BigInt.asUintN(64, trace.virt_base),
    physIsMachine: trace.phys_is_machine === 1,
    source: trace.source,
    origin: trace.origin,
    ...(trace.parent == null
      ? {}
      : { parent: { trace: trace.parent, moment: trace.parent_seq ?? 0 } }),
  };
  const { gartrace: version, digest, events, finished, indexed = null } = trace;
  return { about, version, digest, events, finished: finished === 1, indexed };
}

function factsIn(text: string): unknown {
  try {
    return parseFacts(text);
  } catch (error) {
    throw damaged("table trace, column options", (error as Error).message);
  }
}

function checked<T>(column: string, schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const path = [column, ...(issue?.path ?? [])].filter((part) => part !== "").join(".");
  throw damaged(`table trace, column ${path}`, issue?.message ?? "it is none");
}
