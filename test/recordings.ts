// recordings.ts - the recordings of the real driver, and for each the run that must tell the same.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { eras } from "../src/agpgart/era.ts";
import { chipsets } from "../src/chipset/index.ts";
import { UserError } from "../src/fault.ts";
import { hookSets } from "../src/hooks/index.ts";
import { platforms } from "../src/platform/index.ts";
import type { Trace } from "../src/replay/trace.ts";
import type { Setup } from "../src/scenario/setup.ts";
import { workloads } from "../src/workload/index.ts";
import { parseWorkload, type Workload } from "../src/workload/workload.ts";
import * as importing from "./exchange/import/reference/imported.ts";
import { memoryTrace } from "./memory-trace.ts";

const folder = "traces/reference";
const ending = ".jsonl.gz";

/** The names of the recordings in a folder: platform.hooks.chipset.workload. */
export const recordingsIn = (from: string): string[] =>
  readdirSync(from)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .filter((name) => name.includes("."));

/** Those that are kept here. */
export const recordings: readonly string[] = recordingsIn(folder);

/**
 * Short recordings that together have each platform, each hook set, each chipset and each workload that was
 * recorded; `npm run conformance` goes through all of them.
 */
export const chosen: readonly string[] = covering(recordings);

export function pathOf(name: string, from = folder): string {
  return join(from, name + ending);
}

/** The short ones first, those that have something which none before them has. */
function covering(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const bySize = [...names].sort((a, b) => statSync(pathOf(a)).size - statSync(pathOf(b)).size);
  return bySize.filter((name) => {
    const [platform, hooks, chipset, workload] = name.split(".") as [string, ...string[]];
    const traits = [platform, `hooks ${hooks}`, `chipset ${chipset}`, `workload ${workload}`];
    const isNew = traits.some((trait) => !seen.has(trait));
    for (const trait of traits) seen.add(trait);
    return isNew;
  });
}

export function linesOf(name: string): string[] {
  return gunzipSync(readFileSync(pathOf(name)))
    .toString()
    .trimEnd()
    .split("\n");
}

/** The operations that were recorded; built in where the folder does not hold them. */
export function operationsOf(workload: string, from = folder): Workload {
  const path = join(from, `${workload}.ops.json`);
  return existsSync(path)
    ? parseWorkload(readFileSync(path, "utf8"), path)
    : known(workloads, workload);
}

/** A recording's events, imported into memory. */
export async function imported(path: string): Promise<Trace> {
  const { about, events } = await importing.imported(path);
  return memoryTrace(about, events);
}

/** The hook set that a recording's name stands for. */
function hooksOf(platform: string, hooks: string): string {
  if (hooks === "dma_coherent") return platform.startsWith("ppc64") ? "dma-handle" : "dma-coherent";
  return hooks.replace("-xenioremap", "").replace("-2618", "");
}

/** The same run here: the recorder's `legacy` on Xen had a lenient ioremap, `legacy-xenioremap` Xen's. */
export function setupLike(name: string, from = folder): Setup {
  const [platform, hooks, chipset, workload] = name.split(".") as [string, string, string, string];
  return {
    platform: known(platforms, platform),
    hooks: known(hookSets, hooksOf(platform, hooks)),
    chipset: known(chipsets, chipset),
    era: known(eras, hooks === "gart-2618" ? "2.6.18" : "2.6.12-rc2"),
    workload: operationsOf(workload, from),
    seed: 0,
    lenientIoremap: platform.startsWith("xen-") && hooks === "legacy",
    device: true,
  };
}

function known<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((one) => one.name === name);
  if (found === undefined) throw new UserError(`nothing here is called ${name}`);
  return found;
}
