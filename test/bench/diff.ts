// diff.ts - how fast two traces are compared, against SQLite's own reading of both, and in what memory.

import { join } from "node:path";
import Database from "better-sqlite3";
import { recordTo, setupOf } from "../../src/library/recording.ts";
import { counted } from "../../src/report/text.ts";
import { churn } from "./churn.ts";
import type { Aligned } from "./process/align.ts";
import type { Compared } from "./process/compare.ts";
import { resultOf } from "./process.ts";
import {
  atMost,
  type Budget,
  FEW,
  megabytes,
  named,
  type Row,
  ratio,
  steadyMemory,
  type Table,
} from "./table.ts";

const runs = {
  native: { platform: "native-i386", hooks: "gart", lenientIoremap: false },
  right: { platform: "xen-i386", hooks: "gart", lenientIoremap: false },
  legacy: { platform: "xen-i386", hooks: "legacy", lenientIoremap: true },
} as const;

export const diffTable: Table = {
  name: "diff",
  length: 1_000_000,
  short: 120_000,
  async measure(folder, length) {
    const few = await comparedAll(folder, FEW);
    const many = await comparedAll(folder, length);
    const row = (what: string, of: keyof typeof few, budget: (long: Held) => Budget): Row => {
      const [short, long] = [few[of], many[of]];
      return {
        cells: [what, textOf(short), textOf(long), ratio(long.peak / short.peak)],
        budgets: [budget(long), named("memory", steadyMemory(long.peak, short.peak))],
      };
    };
    const { keys, seconds } = resultOf<Aligned>("align");
    return {
      title: `two traces of ${counted(many.alike.events / 2)} events of churn, and two of ${counted(FEW)}; a process each`,
      heading: ["", "short", "long", "memory"],
      rows: [
        row("alike by signature: native and Xen, gart hooks", "alike", inTime),
        row("different: Xen, gart and legacy hooks", "different", asReading),
        row("the same, every op read", "read", asReading),
        {
          cells: [`two lists of ${counted(keys)} keys that share little`, "", written(seconds), ""],
          budgets: [inTime({ seconds })],
        },
      ],
    };
  },
};

/** One `SELECT * FROM event` over both, row by row, beside what their comparison took. */
type Held = Compared & { readonly select: number };

const written = (seconds: number): string => `${seconds.toFixed(2)} s`;
const inTime = ({ seconds }: { readonly seconds: number }): Budget => atMost(2, seconds, written);
/** Not much slower than SQLite reads both. */
const asReading = ({ seconds, select }: Held): Budget =>
  atMost(3, seconds / select, (figure) => `${ratio(figure)} : 1`);

/** "5.36 s, 1.29 : SELECT *, 138 MB" */
const textOf = ({ seconds, select, peak }: Held): string =>
  `${written(seconds)}, ${ratio(seconds / select)} : SELECT *, ${megabytes(peak)}`;

/** Records traces of about so many events, and compares alike ones and such as are different throughout. */
async function comparedAll(
  folder: string,
  events: number,
): Promise<{ alike: Held; different: Held; read: Held }> {
  const path = (name: keyof typeof runs) => join(folder, `${name}.gart`);
  for (const [name, run] of Object.entries(runs)) {
    const fixed = { chipset: "intel-440bx", seed: 0, device: true, workload: churn(events) };
    await recordTo(path(name as keyof typeof runs), setupOf({ ...run, ...fixed }), true);
  }
  return {
    alike: compared(path("native"), path("right"), "signed"),
    different: compared(path("right"), path("legacy"), "signed"),
    read: compared(path("right"), path("legacy"), "read"),
  };
}

/** Reads every op, or passes over those of equal signature. */
const compared = (a: string, b: string, how: "signed" | "read"): Held => ({
  ...resultOf<Compared>("compare", a, b, how),
  select: select(a) + select(b),
});

function select(path: string): number {
  const database = new Database(path, { readonly: true });
  const since = performance.now();
  for (const _ of database.prepare("SELECT * FROM event").raw().iterate());
  const took = (performance.now() - since) / 1000;
  database.close();
  return took;
}
