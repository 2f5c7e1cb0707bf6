// about.ts - what a trace file says of itself: the one row of `trace`, checked, and what its workload asked for.

import type { Database } from "better-sqlite3";
import { learnNames } from "../event/device-name.ts";
import { parseFacts } from "../event/json.ts";
import type { About } from "../event/trace.ts";
import { damaged } from "../fault.ts";
import { assertHeld } from "./checksums.ts";
import {
  all,
  bigint,
  fields,
  flag,
  oneOf,
  orNothing,
  type Rule,
  setting,
  text,
  whole,
} from "./rules.ts";
import { columnsOf } from "./schema.ts";

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

interface Row {
  readonly platform: string;
  readonly hooks: string;
  readonly chipset: string;
  readonly workload: string;
  readonly seed: bigint;
  readonly options: string;
  readonly virt_base: bigint;
  readonly phys_is_machine: bigint;
  readonly source: About["source"];
  readonly origin: string | null;
  readonly gartrace: string;
  readonly digest: string | null;
  readonly events: bigint | null;
  readonly finished: bigint;
  readonly parent?: string | null;
  readonly parent_seq?: bigint | null;
  readonly indexed?: bigint | null;
}
const columns = {
  platform: text,
  hooks: text,
  chipset: text,
  workload: text,
  seed: whole,
  options: text,
  virt_base: bigint,
  phys_is_machine: flag,
  source: oneOf(["simulated", "imported"]),
  origin: orNothing(text),
  gartrace: text,
  digest: orNothing(text),
  events: orNothing(whole),
  finished: flag,
};
/** What older formats lack: those before the second know no forks, those before the ninth have other indexes. */
const laterColumns = {
  parent: orNothing(text),
  parent_seq: orNothing(whole),
  indexed: orNothing(whole),
};

const OPERATIONS = "operations";

/** Reads the one row of `trace`; the workload's operations, which are as long as the trace, only for who asks for them. */
export function aboutOf(database: Database): TraceFacts {
  const tableColumns = columnsOf(database, "trace");
  const names = tableColumns.filter((name) => name !== OPERATIONS);
  const stored = database
    .prepare<[], unknown>(`SELECT ${names.join(", ")} FROM trace`)
    .safeIntegers()
    .get();
  if (stored === undefined) throw damaged("table trace", "its row is missing");
  const later = Object.entries(laterColumns).filter(([name]) => names.includes(name));
  const row = fields({ ...columns, ...Object.fromEntries(later) });
  const trace = checked<Row>("", row, stored);
  const settings = checked<About["options"]>("options", all(setting), factsIn(trace.options));
  learnNames(settings.devices);
  // Before the eleventh format they stood in the row itself.
  const holder = tableColumns.includes(OPERATIONS) ? "trace" : "workload";
  const operations = database
    .prepare<[], string | null>(`SELECT ${OPERATIONS} FROM ${holder}`)
    .pluck();
  const { gartrace: version, digest } = trace;
  const finished = trace.finished === 1n;
  const about: About = {
    platform: trace.platform,
    hooks: trace.hooks,
    chipset: trace.chipset,
    workload: trace.workload,
    get operations() {
      assertHeld(database, holder, finished);
      return operations.get() ?? null;
    },
    seed: Number(trace.seed),
    options: settings,
    virtBase: BigInt.asUintN(64, trace.virt_base),
    physIsMachine: trace.phys_is_machine === 1n,
    source: trace.source,
    origin: trace.origin,
    ...(trace.parent == null
      ? {}
      : { parent: { trace: trace.parent, moment: Number(trace.parent_seq ?? 0) } }),
  };
  return {
    ...{ about, version, digest, finished },
    events: numberOr(trace.events),
    indexed: numberOr(trace.indexed),
  };
}

const numberOr = (value: bigint | null | undefined): number | null =>
  value == null ? null : Number(value);

function factsIn(text: string): unknown {
  try {
    return parseFacts(text);
  } catch (error) {
    throw damaged("table trace, column options", (error as Error).message);
  }
}

/** `column` is where it stands within the row; "" for the row itself. */
function checked<T>(column: string, rule: Rule, value: unknown): T {
  const trouble = rule(value);
  if (trouble === null) return value as T;
  const path = [column, ...trouble.path].filter((part) => part !== "").join(".");
  throw damaged(`table trace, column ${path}`, trouble.says);
}
