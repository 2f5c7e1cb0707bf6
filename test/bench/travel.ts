// travel.ts - how long it takes to be at any moment of a long run and of a short one, and what that costs on disk.

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { recordTo, setupOf } from "../../src/cli/recording.ts";
import { counted, inColumns } from "../../src/report/text.ts";
import { machine } from "./churn.ts";
import type { Spread, Travelled } from "./seek.ts";
import { walk } from "./walk.ts";

const SMALL = 100_000;
const LARGE = 10_000_000;

/** Records both runs, travels through each in a process of its own, and gives a table. */
export async function travelText(folder: string): Promise<string> {
  const [small, large] = [await travelled(folder, SMALL), await travelled(folder, LARGE)];
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
  const memory = [small, large].map((one) => `${counted(Math.round(one.memory / 1024))} MB`);
  return [
    "travel: a random walk over all tables on xen-i386 with the gart hooks, 1,000 times each",
    inColumns(
      [
        ...rows("seek to a full state", (one) => one.seek, "16 ms, twice the short run's"),
        ...rows("history of a GATT entry", (one) => one.history, "1 ms"),
        ...rows("causes of a device's read", (one) => one.causes, "1 ms"),
        ...rows("reverse-continue to a watched entry", (one) => one.reverse),
        row("open", (one) => one.open),
        ["peak memory of the seeks", ...memory, (large.memory / small.memory).toFixed(2), "1.30"],
        size("bytes an event: keyframes", (one) => one.keyframes),
        size("bytes an event: indexes", (one) => one.indexes),
        size("bytes an event: everything", (one) => one.bytes, "60"),
      ],
      ["", `${counted(small.events)} events`, `${counted(large.events)} events`, "ratio", "budget"],
    ),
  ].join("\n");
}

async function travelled(folder: string, events: number): Promise<Travelled> {
  const path = join(folder, "travel.gart");
  await recordTo(path, setupOf({ ...machine, workload: walk(events) }), true);
  const seek = join(import.meta.dirname, "seek.js");
  const told = execFileSync(process.execPath, [seek, path], { encoding: "utf8" });
  rmSync(path);
  return JSON.parse(told) as Travelled;
}
