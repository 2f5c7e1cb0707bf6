// travel.ts - how long it takes to be at any moment of a long run and of a short one, and what that costs on disk.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { recordTo, setupOf } from "../../src/library/recording.ts";
import { counted } from "../../src/report/text.ts";
import { machine } from "./churn.ts";
import type { Spread, Travelled } from "./process/seek.ts";
import { resultOf } from "./process.ts";
import {
  atMost,
  type Budget,
  FEW,
  type Measured,
  megabytes,
  named,
  type Row,
  ratio,
  steadyMemory,
  type Table,
} from "./table.ts";
import { walk } from "./walk.ts";

/** Both runs are recorded, and each is travelled through in a process of its own. */
export const travelTable: Table = {
  name: "travel",
  length: 10_000_000,
  short: 200_000,
  measure: async (folder, length) =>
    measured(await travelled(folder, FEW), await travelled(folder, length)),
};

const ms = (time: number): string => `${time.toFixed(time < 1 ? 3 : 1)} ms`;
const tenths = (figure: number): string => figure.toFixed(1);

/** What a figure of the longer run and its ratio to that of the shorter one are budgeted to be. */
type Judge = (large: number, small: number) => readonly Budget[];
const nothing: Judge = () => [];
const steadySeek: Judge = (large, small) => [
  atMost(16, large, ms),
  named("ratio", atMost(2, large / small, ratio)),
];
const aFifthOfASecond: Judge = (large) => [atMost(200, large, ms)];
const aMillisecond: Judge = (large) => [atMost(1, large, ms)];

function measured(small: Travelled, large: Travelled): Measured {
  const row = (what: string, of: (one: Travelled) => number, judge = nothing): Row => ({
    cells: [what, ...[small, large].map((one) => ms(of(one))), ratio(of(large) / of(small))],
    budgets: judge(of(large), of(small)),
  });
  const rows = (what: string, of: (one: Travelled) => Spread, judge?: Judge): Row[] => [
    row(`${what}, p50`, (one) => of(one).p50),
    row(`${what}, p99`, (one) => of(one).p99, judge),
    row(`${what}, worst`, (one) => of(one).worst),
  ];
  const size = (what: string, of: (one: Travelled) => number): Row => ({
    cells: [what, ...[small, large].map((one) => tenths(of(one) / one.events)), ""],
    budgets: [],
  });
  const peaks = [small, large].map(({ peak }) => megabytes(peak));
  return {
    title: "a random walk over all tables on xen-i386 with the gart hooks, 1,000 times each",
    heading: ["", `${counted(small.events)} events`, `${counted(large.events)} events`, "ratio"],
    rows: [
      ...rows("seek to a full state", (one) => one.seek, steadySeek),
      ...rows("history of a GATT entry", (one) => one.history, aMillisecond),
      row("for each of its changes", (one) => one.change),
      ...rows("the last 20 of them before a moment", (one) => one.screen, aMillisecond),
      ...rows("causes of a device's read", (one) => one.causes, aMillisecond),
      ...rows("reverse-continue to a watched entry", (one) => one.reverse),
      row("open", (one) => one.open),
      ...rows("info of a trace that was judged", (one) => one.info, aFifthOfASecond),
      {
        cells: ["peak memory of the seeks", ...peaks, ratio(large.peak / small.peak)],
        budgets: [steadyMemory(large.peak, small.peak)],
      },
      size("bytes an event: keyframes", (one) => one.keyframes),
      size("bytes an event: indexes", (one) => one.indexes),
      {
        ...size("bytes an event: everything", (one) => one.bytes),
        budgets: [atMost(60, large.bytes / large.events, tenths)],
      },
    ],
  };
}

async function travelled(folder: string, events: number): Promise<Travelled> {
  const path = join(folder, "walk.gart");
  await recordTo(path, setupOf({ ...machine, workload: walk(events) }), true);
  const travelled = resultOf<Travelled>("seek", path);
  rmSync(path);
  return travelled;
}
