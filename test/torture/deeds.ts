// deeds.ts - what commands do with a trace beside answering: each is done, or refused in a sentence, within some seconds.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/fault.ts";
import { check } from "../../src/library/check.ts";
import { diff } from "../../src/library/diff.ts";
import { exported } from "../../src/library/export.ts";
import { exportPart } from "../../src/library/export-part.ts";
import { fork } from "../../src/library/fork.ts";
import { indexTrace, repairTrace } from "../../src/library/index-trace.ts";
import type { Output } from "../../src/library/output.ts";
import { reduce } from "../../src/library/reduce.ts";
import { tellBlame } from "../../src/library/tell-blame.ts";
import { tellCheck } from "../../src/library/tell-check.ts";
import { tellDiff } from "../../src/library/tell-diff.ts";
import { tellEvents, tellHistory } from "../../src/library/tell-events.ts";
import { tellInfo } from "../../src/library/tell-info.ts";
import { tellLadder } from "../../src/library/tell-ladder.ts";
import { tellSpace } from "../../src/library/tell-space.ts";
import { tellState, tellSubjects } from "../../src/library/tell-state.ts";
import { tellWhy } from "../../src/library/tell-why.ts";
import { openTrace, type Trace, troubleOf } from "../../src/library/trace.ts";
import { Answers } from "../../src/page/answers.ts";
import { OpenTrace } from "../../src/page/open-trace.ts";
import { packedReport } from "../../src/page/report.ts";

/** Processor time of one, in seconds, for a trace of some thousand events. */
const MOST = 30;

type Deed = (trace: Trace, folder: string) => unknown;

/** As text and as JSON. */
const both = ({ text, json }: Output): unknown => [text, JSON.stringify(json)];
function lines(told: Iterable<Output>): void {
  for (const one of told) both(one);
}
const exporting =
  (format: string): Deed =>
  async (trace) => {
    for await (const _ of exported(format, [trace]));
  };
/** A copy, for what changes the file. */
function copied({ path }: Trace, folder: string): string {
  const copy = join(folder, "copy.gart");
  copyFileSync(path, copy);
  return copy;
}

const deeds: { readonly [command: string]: Deed } = {
  info: (trace) => both(tellInfo(trace)),
  "info --space": (trace) => both(tellSpace(trace)),
  events: (trace) => lines(tellEvents(trace, {})),
  state: (trace) => both(tellState(trace, "70%")),
  "state SUBJECT": (trace) => both(tellSubjects(trace, ["gatt[0x1]", "cache"])),
  history: (trace) => lines(tellHistory(trace, "gatt[0x0..0x40]", {})),
  why: (trace) => both(tellWhy(trace, "gatt[0x1]@end")),
  blame: (trace) => both(tellBlame(trace)),
  xlate: (trace) => both(tellLadder("0xc1010000@end", [trace])),
  check: async (trace) => both(tellCheck(trace, await check(trace))),
  "diff with itself": async (trace) => {
    const { comparison } = await diff(trace, trace);
    both(tellDiff(trace, trace, comparison));
  },
  reduce: (trace) => reduce(trace, trace),
  "export csv": exporting("csv"),
  "export jsonl": exporting("jsonl"),
  "export chrome": exporting("chrome"),
  "export parquet": exporting("parquet"),
  "export gart": (trace, folder) =>
    exportPart(trace, {
      output: join(folder, "part.gart"),
      from: "40%",
      redact: true,
      force: true,
    }),
  report: async ({ path }) => {
    const answers = new Answers([new OpenTrace("a", path)], null);
    try {
      await packedReport(answers, 4e6, (text) => text.length);
    } finally {
      answers.close();
    }
  },
  fork: (trace, folder) =>
    fork(trace, { at: "50%", set: ["hooks=gart"], output: join(folder, "f.gart"), force: true }),
  index: (trace, folder) => indexTrace(copied(trace, folder)),
  "verify --repair": (trace, folder) => repairTrace(copied(trace, folder)),
};

/** The first that ends in anything but an answer or a sentence, or takes too long; null where none does. */
export async function deedsComplaint(path: string, folder: string): Promise<string | null> {
  for (const [command, deed] of Object.entries(deeds)) {
    const before = process.cpuUsage();
    const thrown = await thrownBy(path, folder, deed);
    if (thrown !== null) return `${command}: ${thrown}`;
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    if (seconds > MOST) return `${command} takes ${seconds.toFixed(0)} s of processor time`;
  }
  return null;
}

async function thrownBy(path: string, folder: string, deed: Deed): Promise<string | null> {
  let trace: Trace | undefined;
  try {
    trace = openTrace(path);
    await deed(trace, folder);
    return null;
  } catch (thrown) {
    const error = trace === undefined ? thrown : troubleOf([trace], thrown);
    return error instanceof UserError ? null : String((error as Error).stack ?? error);
  } finally {
    trace?.close();
  }
}
