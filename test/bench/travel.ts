// travel.ts - how long it takes to be at any moment of a long run and of a short one, and what that costs on disk.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { recordTo, setupOf } from "../../src/cli/recording.ts";
import { counted } from "../../src/report/text.ts";
import { machine } from "./churn.ts";
import type { Spread, Travelled } from "./process/seek.ts";
import { told } from "./process.ts";
import { FEW, type Measured, megabytes, type Table } from "./table.ts";
import { walk } from "./walk.ts";

/** Both runs are recorded, and each is travelled through in a process of its own. */
export const travelTable: Table = {
  name: "travel",
  length: 10_000_000,
  measure: async (folder, length) =>
    measured(await travelled(folder, FEW), await travelled(folder, length)),
};

function measured(small: Travelled, large: Travelled): Measured {
  const ms = (time: number) => `${time.toFixed(time < 1 ? 3 : 1)} ms`;
  const row = (what: string, of: (one: Travelled) => number, budget = "-") => [
    what,
    ...[small, large].map((one) => ms(of(one))),
    (of(large) / of(small)).toFixed(2),
    budget,
  ];
  const rows = (what: string, of: (one: Travelled) => Spread, budget?: string) => [
    row(`${what}, p50`, (one) => of(one).p50),
    row(`${what}, p99`, (one) => of(one).p99, budget),
    row(`${what}, worst`, (one) => of(one).worst),
  ];
  const size = (what: string, of: (one: Travelled) => number, budget = "-") => [
    what,
    ...[small, large].map((one) => (of(one) / one.events).toFixed(1)),
    "",
    budget,
  ];
  return {
    title: "a random walk over all tables on xen-i386 with the gart hooks, 1,000 times each",
    heading: [
      "",
      `${counted(small.events)} events`,
      `${counted(large.events)} events`,
      "ratio",
      "budget",
    ],
    rows: [
      ...rows("seek to a full state", (one) => one.seek, "16 ms, twice the short run's"),
      ...rows("history of a GATT entry", (one) => one.history, "1 ms"),
      ...rows("causes of a device's read", (one) => one.causes, "1 ms"),
      ...rows("reverse-continue to a watched entry", (one) => one.reverse),
      row("open", (one) => one.open),
      [
        "peak memory of the seeks",
        ...[small, large].map((one) => megabytes(one.peak)),
        (large.peak / small.peak).toFixed(2),
        "1.30",
      ],
      size("bytes an event: keyframes", (one) => one.keyframes),
      size("bytes an event: indexes", (one) => one.indexes),
      size("bytes an event: everything", (one) => one.bytes, "60"),
    ],
  };
}

async function travelled(folder: string, events: number): Promise<Travelled> {
  const path = join(folder, "walk.gart");
  await recordTo(path, setupOf({ ...machine, workload: walk(events) }), true);
  const travelled = told<Travelled>("seek", path);
  rmSync(path);
  return travelled;
}
