// workload-file.ts - a workload by name or by file.

import { readFileSync } from "node:fs";
import { UserError, unknownName, unreadable } from "../fault.ts";
import { WANDER, WANDER_OPS, workloads } from "../workload/index.ts";
import { parseWorkload, type Workload, wander } from "../workload/workload.ts";

/** How a walk is made, where the workload is one. */
export interface WalkOptions {
  /** Operations; undefined for as many as the built-in walk has. */
  readonly ops?: number | undefined;
  readonly seed: number;
}

/** A built-in workload by its name, or the file that the name is the path of. */
export function workloadOf(name: string, walking: WalkOptions = { seed: 0 }): Workload {
  if (name === WANDER) return wander(walking.ops ?? WANDER_OPS, walking.seed);
  if (walking.ops !== undefined)
    throw new UserError(`--ops is for ${WANDER}: ${name} has operations of its own`);
  const known = workloads.find((workload) => workload.name === name);
  if (known !== undefined) return known;
  if (!/[./]/.test(name))
    throw unknownName("workload", name, [
      ...workloads.map((workload) => workload.name),
      "or a path to FILE.json",
    ]);
  return parseWorkload(readText(name), name);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error, "the workload ");
  }
}
