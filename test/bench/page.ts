// page.ts - the page in a browser: its first picture, how it follows the slider, what server and browser hold, and a report.

import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { recordTo, setupOf } from "../../src/library/recording.ts";
import { counted } from "../../src/report/text.ts";
import { workloads } from "../../src/workload/index.ts";
import { BROWSER, openTimed, type Watched, watched } from "./browser.ts";
import { machine } from "./churn.ts";
import { commandEnds } from "./command.ts";
import type { Answered } from "./process/answer.ts";
import { resultOf } from "./process.ts";
import {
  atMost,
  FEW,
  type Measured,
  megabytes,
  named,
  ratio,
  steadyMemory,
  type Table,
} from "./table.ts";
import { walk } from "./walk.ts";

export const pageTable: Table = {
  name: "page",
  length: 10_000_000,
  short: 100_000,
  async measure(folder, length) {
    if (!existsSync(BROWSER))
      throw new Error(`there is no ${BROWSER}; test/web/browser.sh installs it`);
    const isShort = length <= FEW;
    const large = await shown(folder, length, isShort ? 10 : 60);
    const small = isShort ? large : await shown(folder, FEW, 60);
    return measured(small, large, await reported(folder, isShort ? "smoke" : "testgart"));
  },
};

const ms = (time: number): string => `${time.toFixed(1)} ms`;
const whole = (time: number): string => `${Math.round(time)} ms`;
const seconds = (time: number): string => `${(time / 1000).toFixed(1)} s`;
const MB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What the server may take for a moment beyond the seek to it, in milliseconds. */
const BEYOND = 5;

type Measurement = Watched & Answered;

function measured(small: Measurement, large: Measurement, report: Reported): Measured {
  const row = (
    what: string,
    of: (one: Measurement) => number,
    written: (figure: number) => string,
    budgets: Measured["rows"][number]["budgets"] = [],
  ) => ({ cells: [what, written(of(small)), written(of(large))], budgets });
  return {
    title: "the page of a random walk on xen-i386 with the gart hooks, and a report, in Chromium",
    heading: ["", `${counted(small.events)} events`, `${counted(large.events)} events`],
    rows: [
      row("first picture, from the request on", (one) => one.picture, whole, [
        atMost(1000, large.picture, whole),
      ]),
      row("every event counted, from the start of serve on", (one) => one.counted, seconds, [
        atMost(10_000, large.counted, seconds),
      ]),
      row("slider to a random moment, p50", (one) => one.scrub.p50, ms),
      row("slider to a random moment, p95", (one) => one.scrub.p95, ms, [
        atMost(50, large.scrub.p95, ms),
      ]),
      row("of it the server, p95", (one) => one.server.p95, ms),
      row("in one process: a seek, p50", (one) => one.seek.p50, ms),
      row("in one process: a seek, p95", (one) => one.seek.p95, ms),
      row("in one process: the answer of a moment, p50", (one) => one.answer.p50, ms),
      row("in one process: the answer of a moment, p95", (one) => one.answer.p95, ms, [
        atMost(large.seek.p95 + BEYOND, large.answer.p95, ms),
      ]),
      row("peak memory of the server", (one) => one.peak, megabytes, [
        steadyMemory(large.peak, small.peak),
      ]),
      row("what the page holds", (one) => one.heap / 1024, megabytes, [
        named("ratio", atMost(1.3, large.heap / small.heap, ratio)),
      ]),
      {
        cells: [`report of ${report.workload}, native against xen`, "", MB(report.bytes)],
        budgets: [atMost(4e6, report.bytes, MB)],
      },
      {
        cells: ["opening it from disk", "", whole(report.open)],
        budgets: [atMost(1000, report.open, whole)],
      },
    ],
  };
}

async function shown(folder: string, events: number, moves: number): Promise<Measurement> {
  const path = join(folder, "walk.gart");
  await recordTo(path, setupOf({ ...machine, workload: walk(events) }), true);
  const found = { ...(await watched(path, moves)), ...resultOf<Answered>("answer", path) };
  rmSync(path);
  return found;
}

interface Reported {
  readonly workload: string;
  readonly bytes: number;
  readonly open: number;
}

/** As the mail of 17 March 2005 has it: right on a bare PC, wrong under Xen. */
async function reported(folder: string, workload: string): Promise<Reported> {
  const [a, b, html] = ["a.gart", "b.gart", "x.html"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const record = async (path: string, settings: object) =>
    recordTo(
      path,
      setupOf({
        ...machine,
        workload: workloads.find(({ name }) => name === workload)!,
        ...settings,
      }),
      true,
    );
  await record(a, { platform: "native-i386" });
  await record(b, { hooks: "legacy", lenientIoremap: true });
  commandEnds("report", a, b, "-o", html);
  return {
    workload,
    bytes: statSync(html).size,
    open: await openTimed(pathToFileURL(html).href),
  };
}
