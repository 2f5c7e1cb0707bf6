// recording.ts - the roof over both staircases: a run's events go into a trace file.

import { setImmediate } from "node:timers/promises";
import { chipsets } from "../chipset/index.ts";
import { unknownName } from "../fault.ts";
import { hookSets } from "../hooks/index.ts";
import { platforms } from "../platform/index.ts";
import { aboutRun, record, type Setup } from "../record.ts";
import { TraceWriter } from "../store/write.ts";
import type { Workload } from "../workload/workload.ts";
import { Progress } from "./output.ts";

/** A run as a person asks for it, by names. */
export interface Wanted {
  readonly platform: string;
  readonly hooks: string;
  readonly chipset: string;
  readonly workload: Workload;
  readonly seed: number;
  readonly lenientIoremap: boolean;
  readonly device: boolean;
}

/** Finds what the names mean; a UserError lists the known ones. */
export function setupOf(wanted: Wanted): Setup {
  return {
    ...wanted,
    platform: byName("platform", platforms, wanted.platform),
    hooks: byName("hooks", hookSets, wanted.hooks),
    chipset: byName("chipset", chipsets, wanted.chipset),
  };
}

function byName<T extends { readonly name: string }>(
  what: string,
  list: readonly T[],
  name: string,
): T {
  const found = list.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    what,
    name,
    list.map((one) => one.name),
  );
}

export interface Written {
  readonly path: string;
  readonly events: number;
  readonly digest: string;
}

/** Someone pressed Ctrl-C: what was recorded up to there is in the file, torn. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** How long the simulation runs before signals are looked at, in milliseconds. */
const SLICE = 50;

/** Records a run into a new trace file. */
export async function recordTo(path: string, setup: Setup, force: boolean): Promise<Written> {
  const writer = await TraceWriter.create(path, aboutRun(setup), { force });
  const operations = setup.workload.operations.length;
  const progress = new Progress("recording", operations);
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
  };
  process.once("SIGINT", interrupt);
  try {
    let turn = performance.now();
    for (const { op, events } of record(setup, (seq, op, event) => writer.append(seq, op, event))) {
      if (performance.now() - turn < SLICE) continue;
      progress.at(op + 1, `${events.toLocaleString("en-US")} events`);
      await setImmediate();
      if (interrupted) {
        writer.abandon();
        throw new Interrupted(
          `interrupted; ${path} is torn and holds the events up to #${writer.committed}`,
        );
      }
      turn = performance.now();
    }
    return { path, ...writer.finish() };
  } finally {
    process.off("SIGINT", interrupt);
    progress.stop();
  }
}
