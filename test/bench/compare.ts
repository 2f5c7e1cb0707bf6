// compare.ts - how fast two traces are compared, against SQLite's own reading of both, and in what memory.

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { recordTo, setupOf } from "../../src/cli/recording.ts";
import { churn } from "./churn.ts";

/** Two traces compared: seconds, and kilobytes at most. */
export interface Compared {
  readonly events: number;
  readonly alike: boolean;
  readonly diff: number;
  /** One `SELECT * FROM event` over both, row by row. */
  readonly select: number;
  /** What a process that only compares takes at most. */
  readonly memory: number;
}

const runs = {
  native: { platform: "native-i386", hooks: "gart", lenientIoremap: false },
  right: { platform: "xen-i386", hooks: "gart", lenientIoremap: false },
  legacy: { platform: "xen-i386", hooks: "legacy", lenientIoremap: true },
} as const;

/** Records traces of about so many events, and compares alike ones and such as are different throughout. */
export async function timeCompare(
  folder: string,
  events: number,
): Promise<{ alike: Compared; different: Compared; read: Compared }> {
  const path = (name: keyof typeof runs) => join(folder, `${name}.gart`);
  for (const [name, run] of Object.entries(runs)) {
    const setup = setupOf({
      ...run,
      chipset: "intel-440bx",
      seed: 0,
      device: true,
      workload: churn(events),
    });
    await recordTo(path(name as keyof typeof runs), setup, true);
  }
  const measured = {
    alike: measure(path("native"), path("right"), "signed"),
    different: measure(path("right"), path("legacy"), "signed"),
    read: measure(path("right"), path("legacy"), "read"),
  };
  for (const name of Object.keys(runs)) rmSync(path(name as keyof typeof runs));
  return measured;
}

/** Compares in a process of its own, so that its memory is known; reads every op or passes over equal ones. */
function measure(a: string, b: string, how: "signed" | "read"): Compared {
  const text = execFileSync(
    process.execPath,
    [join(import.meta.dirname, "compare-one.js"), a, b, how],
    {
      encoding: "utf8",
    },
  );
  return { ...(JSON.parse(text) as Omit<Compared, "select">), select: select(a) + select(b) };
}

function select(path: string): number {
  const database = new Database(path, { readonly: true });
  const since = performance.now();
  for (const _ of database.prepare("SELECT * FROM event").raw().iterate());
  const took = (performance.now() - since) / 1000;
  database.close();
  return took;
}
