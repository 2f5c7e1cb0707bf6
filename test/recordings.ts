// recordings.ts - the recordings of the real driver, and for each the run that must tell the same.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { chipsets } from "../src/chipset/index.ts";
import type { Recorded } from "../src/event/vocabulary.ts";
import { aboutRun, record, type Setup } from "../src/record.ts";
import type { Trace } from "../src/replay/trace.ts";
import { workloads } from "../src/workload/index.ts";
import { parseWorkload, type Workload } from "../src/workload/workload.ts";
import * as importing from "./exchange/import/imported.ts";
import { memoryTrace, setupOf } from "./tells.ts";

const folder = "traces/reference";
const ending = ".jsonl.gz";

/** Their names: platform.hooks.chipset.workload. */
export const recordings: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length));

export const pathOf = (name: string): string => join(folder, name + ending);

export function linesOf(name: string): string[] {
  return gunzipSync(readFileSync(pathOf(name)))
    .toString()
    .trimEnd()
    .split("\n");
}

/** The operations that were recorded. */
export const operationsOf = (workload: string): Workload =>
  parseWorkload(readFileSync(join(folder, `${workload}.ops.json`), "utf8"), workload);

/** A recording's events, imported into memory. */
export async function imported(path: string): Promise<Trace> {
  const { about, events } = await importing.imported(path);
  return memoryTrace(about, events);
}

/** The same run here: the recorder's `legacy` on Xen had a lenient ioremap, `legacy-xenioremap` Xen's. */
export function setupLike(name: string): Setup {
  const [platform, hooks, chipset, workload] = name.split(".");
  return setupOf(`${platform} ${hooks!.replace("-xenioremap", "").replace("_", "-")}`, {
    chipset: chipsets.find((known) => known.name === chipset)!,
    workload: workloads.find((built) => built.name === workload) ?? operationsOf(workload!),
    lenientIoremap: platform === "xen-i386" && hooks === "legacy",
  });
}

/** The run without the proofs of `tells`. */
export function recorded(setup: Setup): Trace {
  const events: Recorded[] = [];
  for (const _ of record(setup, (seq, op, event) => events.push({ seq, op, event })));
  return memoryTrace(aboutRun(setup), events);
}
