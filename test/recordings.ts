// recordings.ts - the recordings of the real driver, and for each the run that must tell the same.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { About } from "../src/event/trace.ts";
import type { Recorded } from "../src/event/vocabulary.ts";
import { importReference } from "../src/exchange/import/reference.ts";
import type { Setup } from "../src/record.ts";
import type { Trace } from "../src/replay/trace.ts";
import { workloads } from "../src/workload/index.ts";
import { parseWorkload, type Workload } from "../src/workload/workload.ts";
import { memoryTrace, setupOf } from "./tells.ts";

const folder = "traces/reference";
const ending = ".jsonl.gz";

/** Their names: platform.hooks.chipset.workload. */
export const recordings: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length));

export const pathOf = (name: string): string => join(folder, `${name}${ending}`);

export const linesOf = (name: string): string[] =>
  gunzipSync(readFileSync(pathOf(name))).toString().trimEnd().split("\n");

/** The operations that were recorded. */
export const operationsOf = (workload: string): Workload =>
  parseWorkload(readFileSync(join(folder, `${workload}.ops.json`), "utf8"), workload);

/** Imports a recording into memory. */
export async function imported(path: string): Promise<Trace> {
  const events: Recorded[] = [];
  let about: About | undefined;
  await importReference(path, (said) => {
    about = said;
    return (seq, op, event) => events.push({ seq, op, event });
  });
  return memoryTrace(about!, events);
}

/** The same run here: the recorder's `legacy` on Xen had a lenient ioremap, `legacy-xenioremap` Xen's. */
export function setupLike(name: string): Setup {
  const [platform, hooks, chipset, workload] = name.split(".");
  return setupOf(`${platform} ${hooks!.replace("-xenioremap", "")}`, {
    workload: workloads.find((built) => built.name === workload) ?? operationsOf(workload!),
    lenientIoremap: platform === "xen-i386" && hooks === "legacy",
    ...(chipset === "intel-440bx" ? {} : { chipset: undefined as never }),
  });
}
